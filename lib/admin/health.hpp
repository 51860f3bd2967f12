// SPDX-License-Identifier: Apache-2.0
// Whether the daemon is at work: its loop makes sound turns, in which every driven MD has a next
// action or an attempt under way. An MD that fails is none of its business. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace md::admin {

class Health {
public:
    using Time = std::chrono::steady_clock::time_point;
    static constexpr std::chrono::seconds longest_pause{60};

    explicit Health(Time now) : sound_at_(now) {}

    // How many sound turns the loop has made by now. Whoever calls has the loop make one from time
    // to time.
    void note(std::uint64_t sound_turns, Time now);

    // What is wrong, a sentence; "" when nothing is.
    std::string reason(Time now) const;

private:
    std::uint64_t turns_ = 0;
    Time sound_at_;
};

}  // namespace md::admin

// SPDX-License-Identifier: Apache-2.0
// How much each CA was asked for lately, and from when on it may be asked again: MDOrderRate, and
// the CA's own Retry-After, which holds for all MDs that use it. Pure: times are arguments.
#pragma once

#include "model/desired_state.hpp"
#include "model/observed_state.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace md::schedule {

using std::chrono::sys_seconds;

// Of one CA.
class RateLimit {
public:
    // That many orders are about to be placed. Times must not decrease by more than a clock does.
    void count(sys_seconds at, std::size_t orders, const model::OrderRate& rate);
    // The CA wants nothing before that.
    void hold_until(sys_seconds time);

    // When the next order may be placed: `now`, or later. Never later than what a rate or a
    // Retry-After can ask for, should the clock have jumped.
    sys_seconds next_start(sys_seconds now, const model::OrderRate& rate) const;

private:
    std::deque<sys_seconds> placed_;  // oldest first, as many as the rate looks at
    std::optional<sys_seconds> held_until_;
};

// One limit for each CA, shared by all MDs that ask it, whatever way they reach it. CAs are
// numbered from 0 on, for as long as this lives.
class CaLimits {
public:
    using Number = std::uint16_t;

    Number number_of(const std::string& directory_url);
    const std::string& directory_url(Number ca) const { return cas_[ca].directory_url; }

    // What was ordered before a restart, at the CA that it was ordered from.
    void recall(const model::DesiredState& desired, const model::ObservedState& observed);
    // An attempt that places so many orders is about to begin.
    void count(Number ca, std::size_t orders, sys_seconds at, const model::ServerSettings& server);
    // The CA has asked to be left alone.
    void hold_until(const std::string& directory_url, sys_seconds time);

    // From when on each takes another order, by its number.
    std::vector<sys_seconds> open_from(sys_seconds now, const model::ServerSettings& server) const;

private:
    struct Ca {
        std::string directory_url;
        RateLimit limit;
    };
    std::vector<Ca> cas_;
    std::map<std::string, Number> numbers_;  // by directory URL
};

}  // namespace md::schedule

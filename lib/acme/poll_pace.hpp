// SPDX-License-Identifier: Apache-2.0
// How long to wait before an order is looked at again: the CA's Retry-After, else 1-2-4-8 s, with
// one quick look first where the CA is likely done at once. Pure.
#pragma once

#include "base/time_text.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace md::acme {

using std::chrono::milliseconds;
using std::chrono::sys_seconds;

class PollPace {
public:
    explicit PollPace(milliseconds first) : first_(first) {}

    // Retry-After is honoured between a second and a minute: it says when, not whether.
    milliseconds next(std::optional<sys_seconds> retry_after, sys_seconds now) {
        milliseconds pause =
            steps_ == 0 ? first_ : std::chrono::seconds{1 << std::min(steps_ - 1, 3)};
        ++steps_;
        if (retry_after)
            pause = std::clamp<milliseconds>(*retry_after - now, std::chrono::seconds{1},
                                             std::chrono::minutes{1});
        last_ = pause;
        total_ += pause;
        return pause;
    }
    // The last pause was not waited out: it does not count.
    void cut_short() {
        total_ -= std::exchange(last_, milliseconds{0});
        --steps_;
    }
    milliseconds total() const { return total_; }

private:
    milliseconds first_;
    milliseconds total_{0}, last_{0};
    int steps_ = 0;
};

}  // namespace md::acme

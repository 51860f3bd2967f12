// SPDX-License-Identifier: Apache-2.0
// How much one CA was asked for lately, and from when on it may be asked again: MDOrderRate, and
// the CA's own Retry-After, which holds for all MDs that use it. Pure: times are arguments.
#pragma once

#include "model/desired_state.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>

namespace md::schedule {

using std::chrono::sys_seconds;

class Ledger {
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

}  // namespace md::schedule

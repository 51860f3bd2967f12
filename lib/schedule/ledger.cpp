// SPDX-License-Identifier: Apache-2.0
#include "schedule/ledger.hpp"

#include "schedule/backoff.hpp"

#include <algorithm>

namespace md::schedule {

void Ledger::count(sys_seconds at, std::size_t orders, const model::OrderRate& rate) {
    if (!rate.is_limited())
        return;
    placed_.insert(placed_.end(), std::min<std::size_t>(orders, rate.orders), at);
    while (placed_.size() > rate.orders)
        placed_.pop_front();
}

void Ledger::hold_until(sys_seconds time) {
    held_until_ = std::max(time, held_until_.value_or(time));
}

sys_seconds Ledger::next_start(sys_seconds now, const model::OrderRate& rate) const {
    sys_seconds start = now;
    if (rate.is_limited() && placed_.size() >= rate.orders) {
        sys_seconds oldest = placed_[placed_.size() - rate.orders];
        start = std::max(start, std::min(oldest, now) + rate.period);
    }
    if (held_until_ && *held_until_ <= now + longest_retry_after)
        start = std::max(start, *held_until_);
    return start;
}

}  // namespace md::schedule

// SPDX-License-Identifier: Apache-2.0
// The waiter sleeps until the quiet time would be over; each validator wakes it to count again.
#include "challenge/validation_watch.hpp"

#include <algorithm>

namespace md::challenge {
namespace {

using Time = std::chrono::steady_clock::time_point;

// From what CAs do: Pebble asks three times within a few milliseconds, the public ones from up to
// five places, first from one and then from the others. Waking early costs one more poll.
constexpr std::chrono::milliseconds usual_quiet{30};
constexpr std::chrono::milliseconds short_quiet{8};
constexpr unsigned enough = 3;

}  // namespace

std::shared_ptr<ValidationWatch> ValidationWatch::start(
    const base::asio::any_io_executor& executor) {
    return std::shared_ptr<ValidationWatch>(new ValidationWatch(executor));
}

std::size_t ValidationWatch::expect() {
    visits_.push_back({std::make_shared<base::Receipt>(timer_), 0});
    return visits_.size() - 1;
}

std::shared_ptr<base::Receipt> ValidationWatch::receipt(std::size_t challenge) const {
    return visits_.at(challenge).receipt;
}

Time ValidationWatch::due() const {
    Time due = Time::min();
    for (const Visits& visits : visits_) {
        const unsigned count = visits.receipt->count();
        if (count == 0)
            return Time::max();
        if (count != visits.counted)
            due = std::max(due,
                           visits.receipt->last() + (count >= enough ? short_quiet : usual_quiet));
    }
    return due == Time::min() ? Time::max() : due;
}

base::Task<void> ValidationWatch::quiet(std::shared_ptr<ValidationWatch> watch) {
    while (std::chrono::steady_clock::now() < watch->due()) {
        watch->timer_->expires_at(watch->due());
        boost::system::error_code woken;
        co_await watch->timer_->async_wait(
            base::asio::redirect_error(base::asio::use_awaitable, woken));
        auto state = co_await base::asio::this_coro::cancellation_state;
        if (state.cancelled() != base::asio::cancellation_type::none)
            throw boost::system::system_error(base::asio::error::operation_aborted);
    }
    for (Visits& visits : watch->visits_)
        visits.counted = visits.receipt->count();
}

}  // namespace md::challenge

// SPDX-License-Identifier: Apache-2.0
// The waiter sleeps until the quiet time would be over; each validator wakes it to count again.
#include "challenge/validation_watch.hpp"

namespace md::challenge {
namespace {

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

void ValidationWatch::note() {
    ++count_;
    fresh_ = true;
    last_ = std::chrono::steady_clock::now();
    timer_.cancel();
}

void ValidationWatch::end() {
    ended_ = true;
    timer_.cancel();
}

std::chrono::steady_clock::time_point ValidationWatch::due() const {
    if (!fresh_)
        return std::chrono::steady_clock::time_point::max();
    return last_ + (count_ >= enough ? short_quiet : usual_quiet);
}

base::Task<void> ValidationWatch::quiet(std::shared_ptr<ValidationWatch> watch) {
    auto aborted = boost::system::system_error(base::asio::error::operation_aborted);
    for (;;) {
        if (watch->ended_)
            throw aborted;
        if (std::chrono::steady_clock::now() >= watch->due()) {
            watch->fresh_ = false;
            co_return;
        }
        watch->timer_.expires_at(watch->due());
        boost::system::error_code woken;
        co_await watch->timer_.async_wait(
            base::asio::redirect_error(base::asio::use_awaitable, woken));
        auto state = co_await base::asio::this_coro::cancellation_state;
        if (state.cancelled() != base::asio::cancellation_type::none)
            throw aborted;
    }
}

}  // namespace md::challenge

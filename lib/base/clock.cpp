// SPDX-License-Identifier: Apache-2.0
#include "base/clock.hpp"

namespace md::base {

sys_seconds SystemClock::now() const {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

Task<void> SystemClock::wait(std::chrono::milliseconds duration) {
    auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, duration);
    co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace md::base

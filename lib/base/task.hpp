// SPDX-License-Identifier: Apache-2.0
// Coroutines: Task<T> and the few ways tasks are combined. One thread runs all of them; long CPU
// work and blocking calls go to a pool by on_pool. Parents await children; nothing is detached
// here.
#pragma once

#include "base/error.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace md::base {

namespace asio = boost::asio;

template <typename T>
using Task = asio::awaitable<T>;

// The work of with_timeout did not finish in time; what() names it and the limit.
class TimedOut : public Error {
public:
    using Error::Error;
};

// A signal one coroutine waits for and anybody may give. A wake-up given while nobody waits is
// kept, once. Not for more than one waiter at a time.
class Wakeup {
public:
    explicit Wakeup(const asio::any_io_executor& executor) : timer_(executor) {
        timer_.expires_at(std::chrono::steady_clock::time_point::max());
    }
    void wake() {
        given_ = true;
        timer_.cancel();
    }
    Task<void> wait() {
        while (!given_) {
            boost::system::error_code error;
            co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, error));
            auto state = co_await asio::this_coro::cancellation_state;
            if (!given_ && state.cancelled() != asio::cancellation_type::none)
                throw boost::system::system_error(asio::error::operation_aborted);
        }
        given_ = false;
    }

    // The same, deaf to cancellation: for whoever must see the end of something. The coroutine must
    // have set this_coro::throw_if_cancelled(false), or awaiting this throws before it begins.
    Task<void> wait_through() {
        while (!given_) {
            boost::system::error_code ignored;
            co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        }
        given_ = false;
    }

private:
    asio::steady_timer timer_;
    bool given_ = false;
};

// Runs both; the first to end, well or badly, decides and the other is cancelled and awaited.
// Returns 0 or 1: which one it was. Rethrows what the winner threw.
inline Task<int> first_of(Task<void> one, Task<void> other) {
    auto executor = co_await asio::this_coro::executor;
    auto group = asio::experimental::make_parallel_group(
        asio::co_spawn(executor, std::move(one), asio::deferred),
        asio::co_spawn(executor, std::move(other), asio::deferred));
    auto [order, one_failed, other_failed] =
        co_await group.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
    std::exception_ptr failed = order[0] == 0 ? one_failed : other_failed;
    if (failed)
        std::rethrow_exception(failed);
    co_return static_cast<int>(order[0]);
}

namespace detail {

template <typename T>
Task<void> keep_result(Task<T> work, std::optional<T>& result) {
    T value = co_await std::move(work);
    result.emplace(std::move(value));
}

inline std::string limit_text(std::chrono::milliseconds limit) {
    return limit.count() % 1000 == 0 ? std::to_string(limit.count() / 1000) + " s"
                                     : std::to_string(limit.count()) + " ms";
}

inline Task<void> expire(std::chrono::milliseconds limit) {
    auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, limit);
    co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace detail

// Cancels the work when it takes longer than the limit, then throws TimedOut("WHAT: no answer
// within N s"). The work is a coroutine whose pending operation honours cancellation.
inline Task<void> with_timeout(Task<void> work, std::chrono::milliseconds limit, std::string what) {
    int winner = co_await first_of(std::move(work), detail::expire(limit));
    if (winner == 1)
        throw TimedOut(what + ": no answer within " + detail::limit_text(limit));
}

template <typename T>
requires(!std::is_void_v<T>) Task<T> with_timeout(Task<T> work, std::chrono::milliseconds limit,
                                                  std::string what) {
    std::optional<T> result;
    co_await with_timeout(detail::keep_result(std::move(work), result), limit, std::move(what));
    co_return std::move(*result);
}

namespace detail {

template <typename Executor, typename Function>
auto run_elsewhere(Executor executor, Function function) -> Task<std::invoke_result_t<Function&>> {
    using Result = std::invoke_result_t<Function&>;
    auto body = [](Function work) -> Task<Result> { co_return work(); };
    Task<Result> work = body(std::move(function));
    // Cancellation must not reach the other thread: Asio hands it over by a pointer to a signal
    // that is gone when the work ends first.
    auto token = asio::bind_cancellation_slot(asio::cancellation_slot(), asio::use_awaitable);
    co_return co_await asio::co_spawn(executor, std::move(work), token);
}

}  // namespace detail

// Runs a plain function on another executor (a pool's, or a strand of one) and resumes the awaiting
// coroutine on its own with the result, or with what was thrown. The function owns what it touches.
// It always runs to its end: a cancelled coroutine resumes after it, and its next co_await throws.
//
// A function that owns something is a named variable, which is moved from: GCC 12 destroys an
// unnamed one inside a co_await expression twice.
template <typename Executor, typename Function>
auto on_executor(Executor executor, Function&& function) {
    using Kept = std::remove_cvref_t<Function>;
    static_assert(std::is_lvalue_reference_v<Function> || std::is_trivially_destructible_v<Kept>,
                  "name the function and pass the name");
    return detail::run_elsewhere<Executor, Kept>(std::move(executor), std::move(function));
}

template <typename Function>
auto on_pool(asio::thread_pool& pool, Function&& function) {
    return on_executor(pool.get_executor(), std::forward<Function>(function));
}

}  // namespace md::base

// SPDX-License-Identifier: Apache-2.0
// The few ways tasks are combined: who wins, who is cancelled, where exceptions go.
#include "base/task.hpp"

#include "support/catch.hpp"
#include "support/manual_clock.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <thread>

using namespace md::base;
using namespace std::chrono_literals;
using md::support::ManualClock;

namespace {

// Runs the work to its end and rethrows what it threw.
template <typename T>
T run(asio::io_context& ioc, Task<T> work) {
    std::exception_ptr failed;
    bool ended = false;
    std::conditional_t<std::is_void_v<T>, int, std::optional<T>> result{};
    if constexpr (std::is_void_v<T>)
        asio::co_spawn(ioc, std::move(work), [&](std::exception_ptr error) {
            failed = error;
            ended = true;
        });
    else
        asio::co_spawn(ioc, std::move(work), [&](std::exception_ptr error, T value) {
            failed = error;
            ended = true;
            result = std::move(value);
        });
    ioc.restart();
    ioc.run();
    REQUIRE(ended);
    if (failed)
        std::rethrow_exception(failed);
    if constexpr (!std::is_void_v<T>)
        return std::move(*result);
}

// Waits for ever unless cancelled, and keeps a trace of how it ended.
Task<void> wait_for_ever(std::string& trace) {
    auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, std::chrono::steady_clock::time_point::max());
    boost::system::error_code error;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
    trace += error ? "cancelled" : "fired";
}

Task<void> succeed() {
    co_return;
}

Task<void> fail_with(std::string what) {
    throw Error(what);
    co_return;
}

Task<std::unique_ptr<int>> answer(int value) {
    co_return std::make_unique<int>(value);
}

Task<std::unique_ptr<int>> never_answer(std::string& trace) {
    co_await wait_for_ever(trace);
    co_return nullptr;
}

Task<void> count_wakes(Wakeup& wakeup, int& count) {
    while (true) {
        co_await wakeup.wait();
        ++count;
    }
}

Task<void> wait_twice(Wakeup& wakeup, std::string& trace) {
    int winner = co_await first_of(wakeup.wait(), succeed());
    trace += winner == 1 ? "other " : "woken ";
    co_await wakeup.wait();
    trace += "woken";
}

}  // namespace

TEST_CASE("a wake-up reaches the waiter, each one once") {
    asio::io_context ioc;
    Wakeup wakeup(ioc.get_executor());
    int count = 0;
    asio::co_spawn(ioc, count_wakes(wakeup, count), asio::detached);
    ioc.poll();
    CHECK(count == 0);
    wakeup.wake();
    ioc.poll();
    CHECK(count == 1);
    ioc.poll();
    CHECK(count == 1);
    wakeup.wake();
    wakeup.wake();
    ioc.poll();
    CHECK(count == 2);
}

TEST_CASE("a wake-up given while nobody waits is kept, once") {
    asio::io_context ioc;
    Wakeup wakeup(ioc.get_executor());
    wakeup.wake();
    wakeup.wake();
    int count = 0;
    asio::co_spawn(ioc, count_wakes(wakeup, count), asio::detached);
    ioc.poll();
    CHECK(count == 1);
}

TEST_CASE("a cancelled wait for a wake-up does not use it up") {
    asio::io_context ioc;
    Wakeup wakeup(ioc.get_executor());
    std::string trace;
    asio::co_spawn(ioc, wait_twice(wakeup, trace), asio::detached);
    ioc.poll();
    CHECK(trace == "other ");
    wakeup.wake();
    ioc.poll();
    CHECK(trace == "other woken");
}

TEST_CASE("a cancelled wait for a wake-up throws") {
    asio::io_context ioc;
    Wakeup wakeup(ioc.get_executor());
    asio::cancellation_signal signal;
    std::exception_ptr failed;
    asio::co_spawn(ioc, wakeup.wait(),
                   asio::bind_cancellation_slot(signal.slot(),
                                                [&](std::exception_ptr error) { failed = error; }));
    ioc.poll();
    signal.emit(asio::cancellation_type::terminal);
    ioc.poll();
    REQUIRE(failed);
    CHECK_THROWS_AS(std::rethrow_exception(failed), boost::system::system_error);
}

TEST_CASE("first_of names the winner and has cancelled the other when it returns") {
    asio::io_context ioc;
    std::string trace;
    CHECK(run(ioc, first_of(succeed(), wait_for_ever(trace))) == 0);
    CHECK(trace == "cancelled");
    trace.clear();
    CHECK(run(ioc, first_of(wait_for_ever(trace), succeed())) == 1);
    CHECK(trace == "cancelled");
}

TEST_CASE("first_of rethrows what the winner threw, whichever it was") {
    asio::io_context ioc;
    std::string trace;
    CHECK_THROWS_WITH(run(ioc, first_of(fail_with("one"), wait_for_ever(trace))), "one");
    CHECK(trace == "cancelled");
    trace.clear();
    CHECK_THROWS_WITH(run(ioc, first_of(wait_for_ever(trace), fail_with("other"))), "other");
    CHECK(trace == "cancelled");
}

TEST_CASE("cancelling first_of cancels both and waits for both") {
    asio::io_context ioc;
    asio::cancellation_signal signal;
    std::string one, other;
    bool ended = false;
    asio::co_spawn(ioc, first_of(wait_for_ever(one), wait_for_ever(other)),
                   asio::bind_cancellation_slot(signal.slot(),
                                                [&](std::exception_ptr, int) { ended = true; }));
    ioc.poll();
    signal.emit(asio::cancellation_type::terminal);
    ioc.poll();
    CHECK(ended);
    CHECK(one == "cancelled");
    CHECK(other == "cancelled");
}

TEST_CASE("work that ends in time gives its result, a move-only one too") {
    asio::io_context ioc;
    CHECK(*run(ioc, with_timeout(answer(42), 1h, "the question")) == 42);
    run(ioc, with_timeout(succeed(), 1h, "nothing"));
}

TEST_CASE("work that takes too long is cancelled and named") {
    asio::io_context ioc;
    std::string trace;
    CHECK_THROWS_WITH(run(ioc, with_timeout(never_answer(trace), 5ms, "the CA")),
                      "the CA: no answer within 5 ms");
    CHECK(trace == "cancelled");
    CHECK_THROWS_AS(run(ioc, with_timeout(wait_for_ever(trace), 1ms, "it")), TimedOut);
}

TEST_CASE("a time-out names whole seconds as such") {
    CHECK(detail::limit_text(30s) == "30 s");
    CHECK(detail::limit_text(1500ms) == "1500 ms");
}

TEST_CASE("with_timeout passes on what the work threw") {
    asio::io_context ioc;
    CHECK_THROWS_WITH(run(ioc, with_timeout(fail_with("broken"), 1h, "it")), "broken");
}

namespace {

Task<std::string> where_it_ran(asio::thread_pool& pool, std::thread::id self) {
    auto worker = co_await on_pool(pool, [] { return std::this_thread::get_id(); });
    bool elsewhere = worker != self;
    bool back = std::this_thread::get_id() == self;
    co_return std::string(elsewhere ? "elsewhere" : "here") + (back ? " and back" : " and lost");
}

Task<void> fail_on_pool(asio::thread_pool& pool) {
    co_await on_pool(pool, [] { throw Error("on the pool"); });
}

Task<void> own_on_pool(asio::thread_pool& pool, int& result) {
    auto owned = std::make_unique<int>(7);
    auto work = [owned = std::move(owned)] { return *owned; };
    result = co_await on_pool(pool, work);
}

struct Gate {
    std::atomic<bool> entered = false, open = false, left = false;
    void pass() {
        entered = true;
        entered.notify_all();
        open.wait(false);
        left = true;
    }
};

Task<void> pass_gate(asio::thread_pool& pool, Gate& gate, std::string& trace) {
    co_await on_pool(pool, [&gate] { gate.pass(); });
    trace += gate.left ? "resumed after it " : "resumed before it ";
    co_await asio::post(asio::use_awaitable);
    trace += "went on";
}

}  // namespace

TEST_CASE("on_pool runs elsewhere and resumes on the own thread") {
    asio::io_context ioc;
    asio::thread_pool pool(1);
    CHECK(run(ioc, where_it_ran(pool, std::this_thread::get_id())) == "elsewhere and back");
}

TEST_CASE("what is thrown on the pool arrives at the caller") {
    asio::io_context ioc;
    asio::thread_pool pool(1);
    CHECK_THROWS_WITH(run(ioc, fail_on_pool(pool)), "on the pool");
}

TEST_CASE("a function on the pool owns what it needs") {
    asio::io_context ioc;
    asio::thread_pool pool(2);
    int result = 0;
    run(ioc, own_on_pool(pool, result));
    CHECK(result == 7);
}

// The frame of the pool's coroutine was once touched by the cancelling thread.
TEST_CASE("cancellation waits for the function on the pool and ends the caller after it") {
    asio::io_context ioc;
    asio::thread_pool pool(2);
    asio::cancellation_signal signal;
    Gate gate;
    std::string trace;
    std::exception_ptr failed;
    asio::co_spawn(ioc, pass_gate(pool, gate, trace),
                   asio::bind_cancellation_slot(signal.slot(),
                                                [&](std::exception_ptr error) { failed = error; }));
    ioc.poll();
    gate.entered.wait(false);
    signal.emit(asio::cancellation_type::terminal);
    ioc.poll();
    CHECK(trace.empty());
    gate.open = true;
    gate.open.notify_all();
    ioc.run();
    CHECK(trace == "resumed after it ");
    REQUIRE(failed);
    CHECK_THROWS_AS(std::rethrow_exception(failed), boost::system::system_error);
}

TEST_CASE("the system's clock tells the time and waits") {
    asio::io_context ioc;
    SystemClock clock;
    auto now = std::chrono::system_clock::now();
    CHECK(now - clock.now() < 2s);
    auto start = std::chrono::steady_clock::now();
    run(ioc, clock.wait(2ms));
    CHECK(std::chrono::steady_clock::now() - start >= 2ms);
}

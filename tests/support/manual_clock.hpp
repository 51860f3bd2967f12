// SPDX-License-Identifier: Apache-2.0
// The clock of tests: time stands still until the test moves it, so nothing under test sleeps.
//
// Manual (the default): wait(d) suspends until advance() moved time d further, or throws
// operation_aborted when it is cancelled. The test owns the turns: ioc.poll() until nothing is
// ready, advance(), ioc.poll() again (ioc.run() would wait for ever; restart() a stopped context).
//   asio::co_spawn(ioc, daemon(clock), asio::detached);
//   ioc.poll();
//   clock.advance_to_next();
//   ioc.poll();
//
// Auto (auto_advance(true)): wait(d) moves time by d itself and resumes through a post, so that
// ioc.run() takes a straight-line coroutine through weeks. Not for coroutines that race a wait
// against something else: the wait would win at once.
#pragma once

#include "base/clock.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <utility>
#include <vector>

namespace md::support {

class ManualClock final : public base::Clock {
public:
    using milliseconds = std::chrono::milliseconds;
    using sys_seconds = std::chrono::sys_seconds;

    explicit ManualClock(sys_seconds start = default_start()) : wall_(start) {}

    // 2026-01-01 00:00:00 UTC.
    static constexpr sys_seconds default_start() {
        using namespace std::chrono;
        return sys_days{year{2026} / January / 1};
    }

    sys_seconds now() const override {
        return std::chrono::floor<std::chrono::seconds>(wall_ + steady_->elapsed);
    }

    base::Task<void> wait(milliseconds duration) override {
        namespace asio = base::asio;
        auto executor = co_await asio::this_coro::executor;
        if (auto_advance_ || duration <= milliseconds::zero()) {
            if (auto_advance_)
                advance(std::max(duration, milliseconds::zero()));
            co_await asio::post(executor, asio::use_awaitable);
            auto state = co_await asio::this_coro::cancellation_state;
            if (state.cancelled() != asio::cancellation_type::none)
                throw boost::system::system_error(asio::error::operation_aborted);
            co_return;
        }
        Waiter waiter(executor, steady_, steady_->elapsed + duration);
        boost::system::error_code error;
        co_await waiter.timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
        // advance() ends the timer's wait as a cancellation does; only `reached` tells which it
        // was.
        if (!waiter.reached)
            throw boost::system::system_error(asio::error::operation_aborted);
    }

    // Moves time and wakes all whose wait is over, the earliest first. A coroutine that waits in
    // small steps is woken once, not once a step: go with advance_to_next() where steps matter.
    void advance(milliseconds duration) {
        steady_->elapsed += duration;
        std::vector<Waiter*> over;
        for (Waiter* waiter : steady_->waiters)
            if (!waiter->reached && waiter->until <= steady_->elapsed)
                over.push_back(waiter);
        std::stable_sort(over.begin(), over.end(),
                         [](Waiter* a, Waiter* b) { return a->until < b->until; });
        for (Waiter* waiter : over) {
            waiter->reached = true;
            waiter->timer.cancel();
        }
    }

    // Advances to the end of the shortest wait; false when nobody waits.
    bool advance_to_next() {
        const Waiter* next = nullptr;
        for (const Waiter* waiter : steady_->waiters)
            if (!waiter->reached && (next == nullptr || waiter->until < next->until))
                next = waiter;
        if (next == nullptr)
            return false;
        advance(next->until - steady_->elapsed);
        return true;
    }

    // The wall clock jumps, as when an administrator or NTP sets it; nobody's wait is touched.
    void set(sys_seconds time) { wall_ = time - steady_->elapsed; }

    void auto_advance(bool on) { auto_advance_ = on; }

    // How many coroutines wait.
    std::size_t waiting() const {
        return static_cast<std::size_t>(
            std::count_if(steady_->waiters.begin(), steady_->waiters.end(),
                          [](const Waiter* waiter) { return !waiter->reached; }));
    }

private:
    struct Waiter;
    struct Steady {
        milliseconds elapsed{0};
        std::list<Waiter*> waiters;
    };

    // Lives in the frame of wait(); the shared part outlives the clock, for a context that is
    // destroyed with frames alive.
    struct Waiter {
        Waiter(const base::asio::any_io_executor& executor, std::shared_ptr<Steady> shared,
               milliseconds end)
            : timer(executor, std::chrono::steady_clock::time_point::max()),
              until(end),
              steady(std::move(shared)) {
            steady->waiters.push_back(this);
        }
        Waiter(const Waiter&) = delete;
        Waiter& operator=(const Waiter&) = delete;
        ~Waiter() { steady->waiters.remove(this); }

        base::asio::steady_timer timer;
        milliseconds until;
        bool reached = false;
        std::shared_ptr<Steady> steady;
    };

    std::chrono::sys_time<milliseconds> wall_;
    std::shared_ptr<Steady> steady_ = std::make_shared<Steady>();
    bool auto_advance_ = false;
};

}  // namespace md::support

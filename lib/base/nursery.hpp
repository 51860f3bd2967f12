// SPDX-License-Identifier: Apache-2.0
// Children of one parent coroutine that run beside it: started, counted, cancelled, awaited. The
// parent joins before it ends, so no child outlives what it refers to.
#pragma once

#include "base/task.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <concepts>
#include <exception>
#include <list>
#include <utility>

namespace md::base {

class Nursery {
public:
    explicit Nursery(asio::any_io_executor executor)
        : executor_(std::move(executor)), changed_(executor_) {}
    Nursery(const Nursery&) = delete;
    Nursery& operator=(const Nursery&) = delete;

    // `ended` is called with null when the child ended well, else with what it threw.
    template <std::invocable<std::exception_ptr> OnEnd>
    void start(Task<void> child, OnEnd ended) {
        auto place = children_.emplace(children_.end());
        asio::co_spawn(
            executor_, std::move(child),
            asio::bind_cancellation_slot(place->slot(), [this, place, ended = std::move(ended)](
                                                            std::exception_ptr failed) mutable {
                children_.erase(place);
                ended(failed);
                changed_.wake();
            }));
    }

    std::size_t size() const { return children_.size(); }

    void cancel() {
        for (auto child = children_.begin(); child != children_.end();)
            (child++)->emit(asio::cancellation_type::terminal);
    }

    // Resumes when no child is left; when cancelled, the children are cancelled and awaited first.
    Task<void> settle() {
        std::exception_ptr cancelled;
        try {
            while (!children_.empty())
                co_await changed_.wait();
        } catch (...) {
            cancelled = std::current_exception();
        }
        if (!cancelled)
            co_return;
        cancel();
        co_await asio::this_coro::throw_if_cancelled(false);
        co_await join();
        co_await asio::this_coro::throw_if_cancelled(true);
        std::rethrow_exception(cancelled);
    }

    // Resumes when no child is left, whether the caller is cancelled or not: children are awaited,
    // always. A caller that may be cancelled says this_coro::throw_if_cancelled(false) before,
    // since Asio refuses to begin to await anything in a cancelled coroutine.
    Task<void> join() {
        while (!children_.empty())
            co_await changed_.wait_through();
    }

private:
    asio::any_io_executor executor_;
    std::list<asio::cancellation_signal> children_;
    Wakeup changed_;
};

}  // namespace md::base

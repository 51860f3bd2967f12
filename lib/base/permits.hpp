// SPDX-License-Identifier: Apache-2.0
// A bounded number of permits, given in the order asked: 1 makes a turnstile (one registers the
// account, the others wait and find it), 8 bounds the orders in flight. Not for threads.
#pragma once

#include "base/task.hpp"

#include <list>
#include <utility>

namespace md::base {

class Permits {
public:
    Permits(asio::any_io_executor executor, unsigned count)
        : executor_(std::move(executor)), free_(count) {}
    Permits(const Permits&) = delete;
    Permits& operator=(const Permits&) = delete;

    // Gives itself back when it goes out of scope.
    class Permit {
    public:
        explicit Permit(Permits& giver) : giver_(&giver) {}
        Permit(Permit&& other) noexcept : giver_(std::exchange(other.giver_, nullptr)) {}
        Permit& operator=(Permit&&) = delete;
        ~Permit() {
            if (giver_ != nullptr)
                giver_->release();
        }

    private:
        Permits* giver_;
    };

    Task<Permit> take() {
        if (free_ > 0) {
            --free_;
            co_return Permit(*this);
        }
        PermitWaiter waiter(*this);
        co_await waiter.turn.wait();
        co_return Permit(*this);
    }

private:
    // Stands in the queue as long as it lives and has not been called.
    struct PermitWaiter {
        explicit PermitWaiter(Permits& permits) : queue(permits.queue_), turn(permits.executor_) {
            place = queue.insert(queue.end(), this);
        }
        ~PermitWaiter() {
            if (!called)
                queue.erase(place);
        }
        std::list<PermitWaiter*>& queue;
        Wakeup turn;
        std::list<PermitWaiter*>::iterator place;
        bool called = false;
    };

    void release() {
        if (queue_.empty()) {
            ++free_;
            return;
        }
        PermitWaiter* next = queue_.front();
        queue_.pop_front();
        next->called = true;
        next->turn.wake();
    }

    asio::any_io_executor executor_;
    unsigned free_;
    std::list<PermitWaiter*> queue_;
};

}  // namespace md::base

// SPDX-License-Identifier: Apache-2.0
// Counts how often something has been delivered, and wakes who waits for that. One thread.
#pragma once

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <utility>

namespace md::base {

class Receipt {
public:
    using Timer = boost::asio::steady_timer;

    Receipt() = default;
    // What waits on this timer is woken at each delivery.
    explicit Receipt(std::shared_ptr<Timer> waiting) : waiting_(std::move(waiting)) {}

    void note() {
        ++count_;
        last_ = std::chrono::steady_clock::now();
        if (waiting_)
            waiting_->cancel();
    }
    unsigned count() const { return count_; }
    std::chrono::steady_clock::time_point last() const { return last_; }

private:
    std::shared_ptr<Timer> waiting_;
    unsigned count_ = 0;
    std::chrono::steady_clock::time_point last_;
};

}  // namespace md::base

// SPDX-License-Identifier: Apache-2.0
// Who waits for what comes of a request (`mdcertd renew`).
#pragma once

#include "base/task.hpp"

#include <list>
#include <set>
#include <string>
#include <vector>

namespace md::drive {

class RenewRequests {
public:
    explicit RenewRequests(base::asio::any_io_executor executor) : executor_(std::move(executor)) {}

    // An attempt at it has ended, or there will be none: nobody waits for it any more.
    void ended(const std::string& name);
    // Nor now, but whoever did is told.
    void put_off(const std::string& name);

    // Resumes when an attempt at each of them has ended since the call, or was put off: these are
    // returned.
    base::Task<std::vector<std::string>> outcome(std::vector<std::string> names);

private:
    struct Waiter {
        explicit Waiter(const base::asio::any_io_executor& executor) : done(executor) {}
        std::set<std::string> left;
        std::vector<std::string> put_off;
        base::Wakeup done;
    };

    base::asio::any_io_executor executor_;
    std::list<Waiter> waiters_;
};

}  // namespace md::drive

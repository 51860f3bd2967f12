// SPDX-License-Identifier: Apache-2.0
// What is asked for by name (`mdcertd renew`), until it begins, and who waits for what comes of it.
#pragma once

#include "base/task.hpp"

#include <functional>
#include <list>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace md::drive {

class RenewRequests {
public:
    explicit RenewRequests(base::asio::any_io_executor executor) : executor_(std::move(executor)) {}

    void add(const std::vector<std::string>& names);
    bool contains(const std::string& name) const { return alone_.contains(name); }
    // It was asked for by itself, not among many.
    bool is_alone(const std::string& name) const;
    std::vector<std::string> all_alone() const;
    // Its attempt begins. False when nobody asked for it.
    bool begin(const std::string& name) { return alone_.erase(name) > 0; }
    // An attempt at it has ended, and unless it is asked for again, nobody waits for it any more.
    void ended(const std::string& name);
    // There is no such MD any more.
    void drop(const std::string& name);
    void drop_others_than(const std::set<std::string>& names);
    // Those of which this is true are not waited for, but named.
    void put_off(const std::function<bool(const std::string& name)>& waits);

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
    std::map<std::string, bool> alone_;  // by name: whether it was asked for by itself
    std::list<Waiter> waiters_;
};

}  // namespace md::drive

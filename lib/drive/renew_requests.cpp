// SPDX-License-Identifier: Apache-2.0
#include "drive/renew_requests.hpp"

#include <utility>

namespace md::drive {

void RenewRequests::ended(const std::string& name) {
    for (Waiter& waiter : waiters_)
        if (waiter.left.erase(name) > 0 && waiter.left.empty())
            waiter.done.wake();
}

void RenewRequests::put_off(const std::string& name) {
    for (Waiter& waiter : waiters_)
        if (waiter.left.contains(name))
            waiter.put_off.push_back(name);
    ended(name);
}

base::Task<std::vector<std::string>> RenewRequests::outcome(std::vector<std::string> names) {
    auto place = waiters_.emplace(waiters_.end(), executor_);
    place->left.insert(names.begin(), names.end());
    std::exception_ptr cancelled;
    try {
        if (!place->left.empty())
            co_await place->done.wait();
    } catch (...) {
        cancelled = std::current_exception();
    }
    std::vector<std::string> put_off = std::move(place->put_off);
    waiters_.erase(place);
    if (cancelled)
        std::rethrow_exception(cancelled);
    co_return put_off;
}

}  // namespace md::drive

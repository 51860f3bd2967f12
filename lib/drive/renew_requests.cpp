// SPDX-License-Identifier: Apache-2.0
#include "drive/renew_requests.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace md::drive {

void RenewRequests::add(const std::vector<std::string>& names) {
    for (const std::string& name : names)
        alone_[name] |= names.size() == 1;
}

bool RenewRequests::is_alone(const std::string& name) const {
    auto found = alone_.find(name);
    return found != alone_.end() && found->second;
}

std::vector<std::string> RenewRequests::all_alone() const {
    std::vector<std::string> names;
    for (const auto& [name, alone] : alone_)
        if (alone)
            names.push_back(name);
    return names;
}

void RenewRequests::ended(const std::string& name) {
    if (contains(name))
        return;
    for (Waiter& waiter : waiters_)
        if (waiter.left.erase(name) > 0 && waiter.left.empty())
            waiter.done.wake();
}

void RenewRequests::drop(const std::string& name) {
    alone_.erase(name);
    ended(name);
}

void RenewRequests::drop_others_than(const std::set<std::string>& names) {
    std::vector<std::string> others;
    for (const auto& [name, alone] : alone_)
        if (!names.contains(name))
            others.push_back(name);
    for (const std::string& name : others)
        drop(name);
}

void RenewRequests::put_off(const std::function<bool(const std::string&)>& waits) {
    for (Waiter& waiter : waiters_) {
        auto is_put_off = [&](const std::string& name) { return contains(name) && waits(name); };
        std::copy_if(waiter.left.begin(), waiter.left.end(), std::back_inserter(waiter.put_off),
                     is_put_off);
        std::erase_if(waiter.left, is_put_off);
        if (waiter.left.empty())
            waiter.done.wake();
    }
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

// SPDX-License-Identifier: Apache-2.0
#include "store/watch.hpp"

#include <utility>

namespace md::store {
namespace {

constexpr std::size_t most_unread = 1000;

bool is_below(const std::string& key, const std::string& prefix) {
    return prefix.empty() || key == prefix || key.starts_with(prefix + "/");
}

// Where the waiter can be woken, for as long as it waits: its executor may end before the watch.
class WakeupPlace {
public:
    WakeupPlace(base::Wakeup*& place, base::Wakeup& wakeup) : place_(place) { place_ = &wakeup; }
    ~WakeupPlace() { place_ = nullptr; }
    WakeupPlace(const WakeupPlace&) = delete;
    WakeupPlace& operator=(const WakeupPlace&) = delete;

private:
    base::Wakeup*& place_;
};

}  // namespace

base::Task<Notice> Watch::next() {
    auto executor = co_await base::asio::this_coro::executor;
    base::Wakeup told(executor);
    const WakeupPlace place(told_, told);
    while (unread_.empty())
        co_await told.wait();
    Notice first = std::move(unread_.front());
    unread_.pop_front();
    co_return first;
}

// What is above tells of all below it.
bool Watch::concerns(const std::string& key) const {
    return is_below(key, prefix_) || is_below(prefix_, key);
}

void Watch::tell(const Notice& notice) {
    if (!concerns(notice.key))
        return;
    if (unread_.size() >= most_unread) {
        unread_.clear();
        unread_.push_back({prefix_, std::nullopt});
    } else {
        unread_.push_back(notice);
    }
    if (told_ != nullptr)
        told_->wake();
}

std::shared_ptr<Watch> Watches::add(std::string prefix) {
    auto watch = std::make_shared<Watch>(std::move(prefix));
    all_.push_back(watch);
    return watch;
}

void Watches::tell(const Notice& notice) {
    std::erase_if(all_, [](const auto& watch) { return watch.expired(); });
    for (const auto& known : all_)
        if (auto watch = known.lock())
            watch->tell(notice);
}

}  // namespace md::store

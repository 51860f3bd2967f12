// SPDX-License-Identifier: Apache-2.0
// Who waits for changes of a store, and how an engine tells them. All on the thread that awaits.
#pragma once

#include "base/task.hpp"
#include "store/batch.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace md::store {

// A value is now of that revision; without one: look again at all that is at this key or below it
// ("": at the whole store).
struct Notice {
    std::string key;
    std::optional<Revision> revision;
};

// The changes at a key and below it, in their order, from the moment it was made on. A hint: who
// must know looks every few minutes as well. One that is not read soon enough gets a single "look
// again" for all that it missed.
class Watch {
public:
    explicit Watch(std::string prefix) : prefix_(std::move(prefix)) {}

    // For one waiter at a time, who may be cancelled.
    base::Task<Notice> next();
    // By the engine.
    void tell(const Notice& notice);

private:
    bool concerns(const std::string& key) const;

    std::string prefix_;
    std::deque<Notice> unread_;
    base::Wakeup* told_ = nullptr;  // the waiter's
};

// The watches of one engine.
class Watches {
public:
    std::shared_ptr<Watch> add(std::string prefix);
    void tell(const Notice& notice);

private:
    std::vector<std::weak_ptr<Watch>> all_;
};

}  // namespace md::store

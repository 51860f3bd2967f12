// SPDX-License-Identifier: Apache-2.0
// Runs MDNotifyCmd: who is owed a call, and what becomes of it. One call at a time, for all that
// are owed one.
#pragma once

#include "base/nursery.hpp"
#include "drive/attempt.hpp"
#include "drive/domain_table.hpp"
#include "notify/events.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace md::drive {

class NotifyCommand {
public:
    // Everything referred to outlives this. `ended`: as for a child of the nursery.
    NotifyCommand(DomainTable& table, const DriveContext& context, base::Nursery& nursery,
                  base::Nursery::Ended ended)
        : table_(table), context_(context), nursery_(nursery), ended_(std::move(ended)) {}

    void clear() { untold_.clear(); }
    // Something held of the MD at this place of the desired state has changed.
    void plan(std::size_t place);
    // `busy`: attempts are under way whose sets could share a call.
    notify::Owed owed(std::chrono::sys_seconds now, bool busy) const;
    // Nothing, when nobody is to be told now or a call is under way.
    void start(const notify::Owed& owed);
    bool running() const { return running_; }

private:
    base::Task<void> tell(std::vector<std::string> domains);
    // How a run ended, for all it was for.
    struct Call {
        std::chrono::sys_seconds at;
        bool succeeded;
        std::optional<std::chrono::sys_seconds> retry;
        std::string words;   // why it failed, and what it printed
        std::string reason;  // why it failed, in one line
    };
    Call conclude(const process::CommandOutcome& outcome,
                  const std::vector<std::string>& domains) const;
    static void note(const std::string& name, model::Delivery& delivery, const Call& call);

    DomainTable& table_;
    const DriveContext& context_;
    base::Nursery& nursery_;
    base::Nursery::Ended ended_;
    std::set<std::size_t> untold_;  // places of those whose notification is owed
    bool running_ = false;
};

}  // namespace md::drive

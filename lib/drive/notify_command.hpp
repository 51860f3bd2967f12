// SPDX-License-Identifier: Apache-2.0
// Runs MDNotifyCmd: who is owed a call, and what becomes of it. One call at a time, for all that
// are owed one.
#pragma once

#include "base/nursery.hpp"
#include "drive/attempt.hpp"
#include "drive/domain_table.hpp"
#include "notify/events.hpp"

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace md::drive {

class NotifyCommand {
public:
    // Everything referred to outlives this. `loop` is woken when a call has ended; those whose
    // record it changed are among the changed then.
    NotifyCommand(DomainTable& table, const DriveContext& context, base::Nursery& nursery,
                  base::Wakeup& loop)
        : table_(table), context_(context), nursery_(nursery), loop_(loop) {}

    // In the place of what was planned before.
    void plan_all();
    // Something held of this MD has changed.
    void plan(const std::string& name);
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
    base::Wakeup& loop_;
    std::set<std::string> untold_;  // those whose notification is owed
    bool running_ = false;
};

}  // namespace md::drive

// SPDX-License-Identifier: Apache-2.0
// What costs a CA nothing, for each MD by itself: MDMessageCmd is told of a new set and warned of
// one that expires, and MDServedAt is looked at. Those of different MDs run side by side, those of
// one MD one after the other.
#pragma once

#include "base/nursery.hpp"
#include "drive/attempt.hpp"
#include "drive/domain_table.hpp"
#include "schedule/due_queue.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace md::drive {

class Followups {
public:
    // Everything referred to outlives this. `loop` is woken when the follow-ups of an MD have
    // ended; it is among the changed then.
    Followups(DomainTable& table, const DriveContext& context, base::Nursery& nursery,
              base::Wakeup& loop)
        : table_(table), context_(context), nursery_(nursery), loop_(loop) {}

    // In the place of what was planned before.
    void plan_all(std::chrono::sys_seconds now);
    // Something held of this MD has changed.
    void plan(const model::ManagedDomain& domain, std::chrono::sys_seconds now);
    // Those that are due, at most eight at once.
    void start_due(std::chrono::sys_seconds now);
    bool running() const { return !running_.empty(); }
    // When to call start_due() again, unless something ends before; nullopt: never.
    std::optional<std::chrono::sys_seconds> next(std::chrono::sys_seconds now) const;

private:
    // When each is due next.
    struct Times {
        std::optional<std::chrono::sys_seconds> message, warning, look;
    };
    std::optional<schedule::Due> due_of(const model::ManagedDomain& domain,
                                        std::chrono::sys_seconds now) const;
    Times times_of(const model::ManagedDomain& domain, std::chrono::sys_seconds now) const;
    base::Task<void> run(std::string name);
    // "" when it was told; else why not, in one line.
    base::Task<std::string> tell(std::string name, std::string_view reason, store::News& news);
    base::Task<void> tell_of_new_set(std::string name);
    void note_message(const std::string& name, model::Delivery& delivery, std::string why) const;
    base::Task<void> warn_of_expiry(std::string name);
    base::Task<void> look_at(std::string name);
    void note_look(const model::ManagedDomain& domain, model::Delivery& delivery,
                   std::string instead) const;

    DomainTable& table_;
    const DriveContext& context_;
    base::Nursery& nursery_;
    base::Wakeup& loop_;
    schedule::DueQueue queue_;
    std::set<std::string> running_;
};

}  // namespace md::drive

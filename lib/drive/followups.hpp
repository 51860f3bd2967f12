// SPDX-License-Identifier: Apache-2.0
// What costs a CA nothing, for each MD by itself: MDMessageCmd is told of a new set and warned of
// one that expires, and MDServedAt is looked at. Those of different MDs run side by side, those of
// one MD one after the other.
#pragma once

#include "base/nursery.hpp"
#include "drive/attempt.hpp"
#include "drive/domain_table.hpp"
#include "schedule/agenda.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace md::drive {

class Followups {
public:
    // Called when the follow-ups of an MD have ended, well or badly.
    using Ended = std::function<void(const std::string& name, std::exception_ptr failed)>;

    // Everything referred to outlives this.
    Followups(DomainTable& table, const DriveContext& context, base::Nursery& nursery, Ended ended)
        : table_(table), context_(context), nursery_(nursery), ended_(std::move(ended)) {}

    void clear() { agenda_.clear(); }
    // Something held of the MD at this place of the desired state has changed.
    void plan(std::size_t place, std::chrono::sys_seconds now);
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
    Ended ended_;
    schedule::Agenda agenda_;  // by places in the desired state
    std::set<std::string> running_;
};

}  // namespace md::drive

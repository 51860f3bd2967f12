// SPDX-License-Identifier: Apache-2.0
// The loop: plan, start what is due, tell the outside, wait for the next event. It decides nothing
// by itself: schedule/plan and notify/events do.
#pragma once

#include "base/nursery.hpp"
#include "drive/attempt.hpp"
#include "drive/domain_table.hpp"
#include "drive/followups.hpp"
#include "drive/lanes.hpp"
#include "drive/notify_command.hpp"
#include "drive/observe.hpp"
#include "drive/renew_requests.hpp"
#include "process/command_runner.hpp"
#include "schedule/agenda.hpp"
#include "schedule/plan.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace md::drive {

class Reconcile {
public:
    // Called after something observed changed: the MD, or nullptr when it may be any of them.
    using OnChange = std::function<void(const model::ManagedDomain* changed)>;

    // Everything referred to outlives this.
    Reconcile(base::asio::any_io_executor executor, DriveContext context, process::Commands& hooks,
              model::DesiredState desired, OnChange on_change);

    // Reads the store. Before run() and drive_due().
    base::Task<void> load();

    // Until cancelled: then attempts and hooks are cancelled and awaited.
    base::Task<void> run();

    // All that is due now, one attempt each, and the notification; resumes when it is done, and
    // when cancelled as run() does. Failures are in observed(). Those that the rate of orders lets
    // wait are named.
    base::Task<std::vector<std::string>> drive_due();

    // A new configuration: what runs goes on, the rest is planned anew, an MD that failed and is
    // wanted otherwise now is tried at once. Throws, and leaves the former in force, when the store
    // cannot be read.
    base::Task<void> replace_desired(model::DesiredState desired);

    // Has these driven at the next opportunity, whatever the plan says; one that is asked for
    // alone before all others and without regard to MDOrderRate. Unknown names throw base::Error.
    void request(const std::vector<std::string>& names);
    // Resumes when an attempt at each of them has ended since the call, well or badly; where one
    // was requested while another was under way, the one requested. Those that the rate of orders
    // lets wait are not waited for but named.
    base::Task<std::vector<std::string>> attempts_ended(std::vector<std::string> names) {
        return requests_.outcome(std::move(names));
    }

    const model::DesiredState& desired() const { return table_.desired; }
    const model::ObservedState& observed() const { return table_.observed; }
    // null: no MD is called so.
    const model::ManagedDomain* wanted(const std::string& name) const {
        return table_.wanted(name);
    }
    bool is_running(const std::string& name) const { return running_.contains(name); }

    // How often the loop has planned and found that every driven MD has a next action or an attempt
    // under way. The proof of life: an empty request() makes the loop plan.
    std::uint64_t sound_turns() const { return sound_turns_; }

private:
    base::Task<void> remember(const Observation& observation);
    void keep(const model::ManagedDomain& domain, model::ObservedDomain held, bool changed = false);
    void log_damage(const std::string& name, const model::ObservedDomain& held) const;
    bool is_time_to_look(std::chrono::sys_seconds now);
    base::Task<void> look_at_disk();
    base::Task<void> look_again();
    void take_note(Seen seen);
    void replan_all(std::chrono::sys_seconds now);
    void replan(std::size_t place, std::chrono::sys_seconds now);
    schedule::Step planned(const model::ManagedDomain& domain, std::chrono::sys_seconds now) const;
    void replan_when_the_clock_jumped(std::chrono::sys_seconds now);
    void start_due(std::chrono::sys_seconds now);
    void start(const schedule::Appointment& appointment, std::chrono::sys_seconds now);
    schedule::Agenda::LaneOpens lane_opens(std::chrono::sys_seconds now) const;
    base::Task<void> drive_one(std::string name, std::string issuer);
    std::chrono::milliseconds until_next(const notify::Owed& owed,
                                         std::chrono::sys_seconds now) const;
    base::Task<void> work();
    base::Task<void> drive_once(std::vector<std::string>& waiting);
    base::Task<void> tell_all();
    base::Task<void> with_children(base::Task<void> work);
    base::Task<void> poked();
    void ended(const std::string& name, std::exception_ptr failed);
    void side_job_ended(const std::string& name, std::exception_ptr failed);
    void changed(std::size_t place);
    void hold_lane(const std::string& issuer, std::chrono::sys_seconds until);
    static void log_unexpected(const std::string& domain, std::exception_ptr failed);
    void put_off_requests(std::chrono::sys_seconds now);
    bool awaits_former_self(const model::ManagedDomain& domain) const;
    bool awaits_notification(std::size_t place) const;
    bool caller_waits();
    void warn_of_limit(const schedule::Step& step);
    bool all_planned() const;
    base::Task<void> adopt(model::DesiredState desired);
    base::Task<void> look_at_ended(const model::DesiredState& desired, std::set<std::string>& busy,
                                   Observation& seen);
    void note_strays(const model::DesiredState& former);
    void drop_what_is_not_wanted();
    base::Task<void> follow_rename(std::string name);
    void take_up(const model::ManagedDomain& domain, model::ObservedDomain held,
                 const model::ManagedDomain* former);

    DriveContext context_;
    DomainTable table_;
    OnChange on_change_;
    base::Nursery nursery_;
    base::Wakeup poke_;

    // The plan, kept up to date: what changes is planned anew, the rest stands.
    schedule::Agenda agenda_;
    Lanes lanes_;
    NotifyCommand notify_command_;
    Followups followups_;
    std::ptrdiff_t driven_ = 0;  // how many need a next action
    std::chrono::sys_seconds planned_at_{}, looked_at_{};
    // What lies on disk, by the same clock.
    std::chrono::sys_seconds read_at_{};
    base::Permits reading_;  // the disk, a reload or a look at it, one after the other
    std::set<std::string> noted_meanwhile_;  // changed while the disk is looked at
    std::string lease_problem_;              // logged already
    std::map<std::string, std::chrono::sys_seconds> limited_;  // warned of, until then
    bool notification_is_awaited_ = false;                     // by an MD that is due again
    std::set<std::string> asked_for_;                          // alone, and not told of yet
    bool single_pass_ = false;  // whoever was driven is not planned again

    std::set<std::string> running_;
    std::map<std::string, model::ManagedDomain> strays_;  // running, and taken away by a reload
    RenewRequests requests_;
    bool adopting_ = false;  // nothing is started meanwhile
    std::uint64_t sound_turns_ = 0;
};

}  // namespace md::drive

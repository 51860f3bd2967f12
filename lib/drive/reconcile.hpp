// SPDX-License-Identifier: Apache-2.0
// The loop: plan, start what is due, tell the outside, wait for the next event. It decides nothing
// by itself: schedule/plan, schedule/dispatch and notify/events do.
#pragma once

#include "base/nursery.hpp"
#include "drive/attempt.hpp"
#include "drive/domain_table.hpp"
#include "drive/followups.hpp"
#include "drive/notify_command.hpp"
#include "drive/observe.hpp"
#include "drive/renew_requests.hpp"
#include "process/command_runner.hpp"
#include "schedule/dispatch.hpp"

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace md::drive {

// What was observed anew.
struct Changes {
    bool all = false;               // any of them may be
    std::set<std::string> domains;  // names
};

class Reconcile {
public:
    // Called once a turn of the loop in which something was observed anew.
    using OnChange = std::function<void(const Changes& changes)>;

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
    // nullptr: none is called so.
    const model::ManagedDomain* wanted(const std::string& name) const {
        return table_.wanted(name);
    }
    bool is_running(const std::string& name) const { return dispatcher_.is_running(name); }

    // How often the loop has planned and found that every driven MD has a next action or an attempt
    // under way. The proof of life: an empty request() makes the loop plan.
    std::uint64_t sound_turns() const { return sound_turns_; }

private:
    base::Task<void> remember(const Observation& observation);
    void keep(const model::ManagedDomain& domain, model::ObservedDomain held, bool changed = false);
    static void log_damage(const std::string& name, const model::ObservedDomain& held);
    bool is_time_to_look(std::chrono::sys_seconds now);
    base::Task<void> look_at_disk();
    base::Task<void> look_again();
    void take_note(Seen seen);
    void replan_all(std::chrono::sys_seconds now);
    void replan(const std::string& name);
    void replan_changed();
    void replan_when_the_clock_jumped(std::chrono::sys_seconds now);
    void warn_of_limits();
    void hand_over();
    schedule::Dispatch dispatch(std::chrono::sys_seconds now);
    void start(const schedule::Start& start, std::chrono::sys_seconds now);
    base::Task<void> drive_one(std::string name, std::string issuer);
    void ended(const std::string& name, std::exception_ptr failed);
    std::chrono::milliseconds turn(std::chrono::sys_seconds now);
    base::Task<void> work();
    base::Task<void> drive_once(std::vector<std::string>& waiting);
    base::Task<void> tell_all();
    base::Task<void> with_children(base::Task<void> work);
    base::Task<void> adopt(model::DesiredState desired);
    base::Task<void> look_at_ended(const model::DesiredState& desired, std::set<std::string>& busy,
                                   Observation& seen);
    void drop_what_is_not_wanted(const model::DesiredState& former);
    base::Task<void> follow_rename(std::string name);
    void take_up(const model::ManagedDomain& domain, model::ObservedDomain held,
                 const model::ManagedDomain* former);

    DriveContext context_;
    DomainTable table_;
    OnChange on_change_;
    base::Nursery nursery_;
    base::Wakeup poke_;

    schedule::Dispatcher dispatcher_;
    NotifyCommand notify_command_;
    Followups followups_;
    RenewRequests requests_;
    Changes changes_;  // not handed over yet
    std::chrono::sys_seconds planned_at_{}, turned_at_{};
    // What lies on disk, by the same clock.
    std::chrono::sys_seconds read_at_{};
    base::Permits reading_;      // the disk, a reload or a look at it, one after the other
    std::string lease_problem_;  // logged already
    bool adopting_ = false;      // nothing is started meanwhile
    bool single_pass_ = false;   // whoever was driven is not planned again
    std::uint64_t sound_turns_ = 0;
};

}  // namespace md::drive

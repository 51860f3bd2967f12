// SPDX-License-Identifier: Apache-2.0
// What lies on disk may change without us: a folder is removed, a file is put in its place, the
// whole store goes. Looked at every MDCheckInterval, by versions, so that ten thousand MDs whose
// files are as they were cost nothing but that.
#include "base/log.hpp"
#include "drive/reconcile.hpp"

#include <algorithm>
#include <utility>

namespace md::drive {

using std::chrono::sys_seconds;

// A store that is gone is found sooner: with it goes the lock that keeps others out.
bool Reconcile::is_time_to_look(sys_seconds now) {
    bool was_gone = false;
    try {
        was_gone = context_.lease != nullptr && context_.lease->keep();
        lease_problem_.clear();
    } catch (const store::LeaseHeld&) {
        throw;  // it is another one's now
    } catch (const base::Error& error) {
        if (lease_problem_ != error.what())
            log::error("the store cannot be locked", log::kv("reason", error.what()));
        lease_problem_ = error.what();
    }
    return was_gone || now < read_at_ || now >= read_at_ + table_.desired.server.check_interval;
}

base::Task<void> Reconcile::look_at_disk() {
    std::string unread;
    try {
        co_await look_again();
    } catch (const base::Error& error) {
        unread = error.what();
    }
    read_at_ = context_.clock.now();
    if (!unread.empty())
        log::error("the store could not be looked at", log::kv("reason", unread));
}

base::Task<void> Reconcile::look_again() {
    auto turn = co_await reading_.take();
    replan_changed();
    bool was_gone = co_await context_.store.restore();
    if (was_gone)
        log::error("the store was gone and is begun anew, all certificates are obtained again");
    co_await context_.ca_sessions.keep_accounts();
    Wanted idle;
    for (const model::ManagedDomain& domain : table_.desired.domains)
        if (!dispatcher_.is_running(domain.name()))
            idle.push_back(&domain);
    std::vector<Seen> changed = co_await changed_since(context_.store, idle, table_.observed);
    for (Seen& seen : changed)
        if (!table_.has_changed(seen.domain->name()))
            take_note(std::move(seen));
}

// Attempts that are in memory alone stay; the rest is as the disk has it.
void Reconcile::take_note(Seen seen) {
    const std::string& name = seen.domain->name();
    const model::ObservedDomain& known = table_.observed.of(name);
    bool same_set = known.certificates == seen.held.certificates;
    bool unwritten = known.version == 0 && known.attempts && !seen.held.attempts;
    if (unwritten) {
        seen.held.attempts = known.attempts;
        seen.held.version = 0;
    }
    bool same = same_set && *known.damage == *seen.held.damage;
    if (!same && seen.held.damage->empty())
        log::warn(seen.held.certificates.size() < known.certificates.size()
                      ? "a certificate is gone from the store"
                      : "the certificate in the store is another one",
                  log::kv("domain", name));
    else if (!same)
        log_damage(name, seen.held);
    const model::ManagedDomain& domain = *seen.domain;
    keep(domain, table_.merged(name, std::move(seen.held)));
    replan(name);
    if (!same)
        changes_.domains.insert(name);
}

}  // namespace md::drive

// SPDX-License-Identifier: Apache-2.0
// The part of the loop that runs what costs a CA nothing, for each MD by itself: MDMessageCmd is
// told of a new set and warned of one that expires, and MDServedAt is looked at. Those of different
// MDs run side by side, those of one MD one after the other.
#include "base/log.hpp"
#include "base/time_text.hpp"
#include "crypto/digest.hpp"
#include "drive/messenger.hpp"
#include "drive/reconcile.hpp"
#include "drive/witness.hpp"
#include "notify/proof.hpp"
#include "schedule/backoff.hpp"
#include "store/layout.hpp"
#include "store/records.hpp"

#include <algorithm>
#include <utility>

namespace md::drive {
namespace {

using notify::reason::expiring;
using notify::reason::installed;
using notify::reason::renewed;
using std::chrono::sys_seconds;

constexpr std::size_t most_errands = 8;

sys_seconds always_open(std::size_t) {
    return sys_seconds::min();
}

}  // namespace

Reconcile::Errands Reconcile::errands_of(const model::ManagedDomain& domain,
                                         sys_seconds now) const {
    const model::ObservedDomain& held = observed_.of(domain.name());
    Errands errands;
    errands.message = notify::next_message(desired_.server, held, now);
    errands.warning = notify::next_expiry_warning(desired_.server, domain, held, now);
    if (tools_.probe != nullptr)
        errands.look = notify::next_look(desired_.server, domain, held, now);
    return errands;
}

void Reconcile::plan_errand(std::size_t place, sys_seconds now) {
    const model::ManagedDomain& domain = desired_.domains[place];
    const Errands errands = errands_of(domain, now);
    std::optional<sys_seconds> due;
    for (const auto& one : {errands.message, errands.warning, errands.look})
        if (one)
            due = std::min(due.value_or(*one), *one);
    if (due && !on_errand_.contains(domain.name()))
        errands_.put({place, 0, *due, *due});
    else
        errands_.remove(place);
}

std::optional<sys_seconds> Reconcile::next_errand(sys_seconds now) const {
    return errands_.next(now, always_open);
}

void Reconcile::start_errands(sys_seconds now) {
    while (on_errand_.size() < most_errands) {
        auto next = errands_.take(now, always_open);
        if (!next)
            return;
        const std::string& name = desired_.domains[next->place].name();
        on_errand_.insert(name);
        nursery_.start(run_errands(name), [this, name](std::exception_ptr failed) {
            on_errand_.erase(name);
            log_unexpected(name, failed);
            if (auto place = place_of(name))
                replan(*place, tools_.clock.now());
            poke_.wake();
        });
    }
}

base::Task<void> Reconcile::run_errands(std::string name) {
    const model::ManagedDomain* domain = wanted(name);
    if (domain == nullptr)
        co_return;
    sys_seconds now = tools_.clock.now();
    const Errands errands = errands_of(*domain, now);
    if (errands.message && *errands.message <= now)
        co_await tell_of_new_set(name);
    if (errands.warning && *errands.warning <= now)
        co_await warn_of_expiry(name);
    if (errands.look && *errands.look <= now)
        co_await look_at(name);
}

base::Task<Reconcile::Told> Reconcile::tell(std::string name, std::string reason) {
    model::Job told;
    told.name = std::move(name);
    Messenger messenger(&hooks_, tools_.clock, desired_.server.message_command);
    std::string why = co_await messenger.tell(told, std::move(reason));
    co_return Told{why.empty(), std::move(told.log)};
}

base::Task<void> Reconcile::tell_of_new_set(std::string name) {
    const Certificates held = observed_.of(name).certificates;
    Told told = co_await tell(name, std::string(renewed));
    const bool succeeded = told.succeeded;
    if (succeeded) {
        Told also_told = co_await tell(name, std::string(installed));
        told.log.add(also_told.log);
    }
    model::Job* job = job_of(name, held);
    if (job == nullptr)
        co_return;
    job->log.add(told.log);
    note_message(*job, succeeded);
    co_await keep_job(std::move(name));
}

void Reconcile::note_message(model::Job& job, bool succeeded) const {
    sys_seconds now = tools_.clock.now();
    job.message_owed = !succeeded;
    if (succeeded) {
        job.message_errors = 0;
        job.message_next = std::nullopt;
        if (desired_.server.notify_command.empty())
            notify::expect_new_certificate(job, now);
        return;
    }
    job.message_errors += 1;
    job.message_next = schedule::notify_retry_at(job.message_errors, now, crypto::random_share());
    log::info("told again later", log::kv("domain", job.name),
              log::kv("retry_at", base::rfc3339(*job.message_next)));
}

base::Task<void> Reconcile::warn_of_expiry(std::string name) {
    const Certificates held = observed_.of(name).certificates;
    Told told = co_await tell(name, std::string(expiring));
    auto known = observed_.domains.find(name);
    if (known == observed_.domains.end() || known->second.certificates != held)
        co_return;  // it was renewed meanwhile
    if (!known->second.live_job)
        known->second.live_job.emplace().name = name;
    known->second.live_job->log.add(told.log);
    co_await keep_job(std::move(name));
}

base::Task<void> Reconcile::look_at(std::string name) {
    const model::ManagedDomain* domain = wanted(name);
    if (domain == nullptr)
        co_return;
    const Certificates held = observed_.of(name).certificates;
    auto looking = seen_instead(*tools_.probe, *domain, held);
    std::string instead = co_await std::move(looking);
    domain = wanted(name);
    // A renewal that came meanwhile has a look of its own.
    model::Job* job = job_of(name, held);
    if (job == nullptr || domain == nullptr)
        co_return;
    note_look(*domain, *job, std::move(instead));
    co_await keep_job(std::move(name));
}

void Reconcile::note_look(const model::ManagedDomain& domain, model::Job& job,
                          std::string instead) const {
    const model::ObservedDomain& held = observed_.of(domain.name());
    auto former = notify::proof_of(desired_.server, domain, held);
    notify::note_look(desired_.server, job, std::move(instead), tools_.clock.now());
    auto proof = notify::proof_of(desired_.server, domain, held);
    auto name = log::kv("domain", domain.name());
    auto seen = log::kv("seen", job.served->instead);
    if (proof == notify::Proof::issued)
        log::warn(desired_.server.notify_command.empty()
                      ? "the certificate is not served, MDMessageCmd is told again"
                      : "the certificate is not served, MDNotifyCmd is run again",
                  name, seen);
    else if (proof == notify::Proof::unconfirmed && former != proof)
        log::error("the certificate is not served", name, seen);
    else if (proof == notify::Proof::confirmed && former != proof)
        log::info("the certificate is served", name);
}

model::Job* Reconcile::job_of(const std::string& name, const Certificates& made) {
    auto known = observed_.domains.find(name);
    bool there = known != observed_.domains.end() && known->second.live_job;
    if (!there || known->second.certificates != made)
        return nullptr;
    known->second.live_job->name = name;  // it may have been renamed
    return &*known->second.live_job;
}

base::Task<void> Reconcile::keep_job(std::string name) {
    model::ObservedDomain& known = observed_.domains.at(name);
    known.version = 0;
    const std::string text = store::to_text(*known.live_job);
    std::string unwritten;
    try {
        co_await tools_.store.write(store::domain_key(name, store::job_file), text);
    } catch (const base::Error& error) {
        unwritten = error.what();
    }
    if (!unwritten.empty())
        log::error("what became of the certificate could not be stored", log::kv("domain", name),
                   log::kv("reason", unwritten));
    auto place = place_of(name);
    if (!place)
        co_return;
    replan(*place, tools_.clock.now());
    on_change_(&desired_.domains[*place]);
}

}  // namespace md::drive

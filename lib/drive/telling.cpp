// SPDX-License-Identifier: Apache-2.0
// The part of the loop that faces the outside: it tells that certificates are ready, warns of those
// that expire, and looks whether the new ones are served. None of it costs a CA anything.
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

std::optional<sys_seconds> sooner(std::optional<sys_seconds> one,
                                  std::optional<sys_seconds> other) {
    if (!one || !other)
        return one ? one : other;
    return std::min(*one, *other);
}

}  // namespace

notify::Owed Reconcile::owed(sys_seconds now) const {
    std::vector<const model::ManagedDomain*> untold;
    for (std::size_t place : untold_)
        untold.push_back(&desired_.domains[place]);
    return notify::owed(desired_.server, untold, observed_, now, !running_.empty());
}

void Reconcile::start_notification(const notify::Owed& owed) {
    if (owed.domains.empty() || notifying_)
        return;
    notifying_ = true;
    nursery_.start(notify_all(owed.domains), [this](std::exception_ptr failed) {
        notifying_ = false;
        log_unexpected("", failed);
        poke_.wake();
    });
}

base::Task<void> Reconcile::notify_all(std::vector<std::string> domains) {
    const model::ServerSettings server = desired_.server;
    std::vector<std::vector<model::CertificateFacts>> told_of;
    for (const std::string& name : domains)
        told_of.push_back(observed_.of(name).certificates);
    notify::HookOutcome outcome{true, "", ""};
    if (!server.notify_command.empty())
        outcome = co_await hooks_.run(notify::command_for(server.notify_command, domains));
    for (std::size_t i = 0; i < domains.size(); ++i) {
        // A renewal came meanwhile: who was told may have read the former set.
        if (observed_.of(domains[i]).certificates != told_of[i])
            continue;
        co_await record_notification(domains[i], outcome);
        auto place = place_of(domains[i]);
        if (!place)
            continue;
        replan(*place, tools_.clock.now());
        on_change_(&desired_.domains[*place]);
    }
}

base::Task<void> Reconcile::record_notification(std::string name, notify::HookOutcome outcome) {
    if (!observed_.of(name).live_job)
        co_return;  // a reload took it away
    const auto told_of = observed_.of(name).certificates;
    model::Job job = *observed_.of(name).live_job;
    job.name = name;  // it may have been renamed
    if (outcome.succeeded)
        co_await tell_of_new_set(job);
    else
        note_failed_command(job, outcome);
    if (observed_.of(name).certificates != told_of || !observed_.of(name).live_job)
        co_return;
    model::ObservedDomain& known = observed_.domains[name];
    known.version = 0;
    known.live_job = job;
    co_await write_job(std::move(name), std::move(job));
}

// MDNotifyCmd has succeeded, or there is none.
base::Task<void> Reconcile::tell_of_new_set(model::Job& job) {
    Messenger messenger(&hooks_, tools_.clock, desired_.server.message_command);
    std::string why = co_await messenger.tell(job, std::string(renewed));
    if (!why.empty()) {
        tell_again_later(job);
        log::info("told again later", log::kv("domain", job.name),
                  log::kv("retry_at", base::rfc3339(*job.notify_next)));
        co_return;
    }
    co_await messenger.tell(job, std::string(installed));
    sys_seconds now = tools_.clock.now();
    job.notified = true;
    job.notify_errors = 0;
    job.notify_next = std::nullopt;
    add_entry(job, {now, "notified", "", ""});
    notify::expect_new_certificate(job, now);
    log::info("notified", log::kv("domain", job.name));
}

void Reconcile::tell_again_later(model::Job& job) {
    job.notified = false;
    job.notify_errors += 1;
    job.notify_next =
        schedule::notify_retry_at(job.notify_errors, tools_.clock.now(), crypto::random_share());
}

void Reconcile::note_failed_command(model::Job& job, const notify::HookOutcome& outcome) {
    tell_again_later(job);
    add_entry(job, {tools_.clock.now(), "notify-error", "", outcome.explanation()});
    log::warn("MDNotifyCmd failed", log::kv("domain", job.name), log::kv("reason", outcome.reason),
              log::kv("output", outcome.output),
              log::kv("retry_at", base::rfc3339(*job.notify_next)));
}

base::Task<void> Reconcile::write_job(std::string name, model::Job job) {
    std::string unwritten;
    try {
        co_await tools_.store.write(store::domain_key(name, store::job_file), store::to_text(job));
    } catch (const base::Error& error) {
        unwritten = error.what();
    }
    if (!unwritten.empty())
        log::error("what became of the certificate could not be stored", log::kv("domain", name),
                   log::kv("reason", unwritten));
}

std::optional<sys_seconds> Reconcile::look_at_of(const model::ManagedDomain& domain,
                                                 sys_seconds now) const {
    if (tools_.probe == nullptr)
        return std::nullopt;
    return notify::next_look(desired_.server, domain, observed_.of(domain.name()), now);
}

void Reconcile::plan_errand(std::size_t place, sys_seconds now) {
    const model::ManagedDomain& domain = desired_.domains[place];
    auto due = sooner(
        look_at_of(domain, now),
        notify::next_expiry_warning(desired_.server, domain, observed_.of(domain.name()), now));
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
    sys_seconds now = tools_.clock.now();
    if (domain == nullptr)
        co_return;
    auto look = look_at_of(*domain, now);
    auto warning = notify::next_expiry_warning(desired_.server, *domain, observed_.of(name), now);
    if (warning && *warning <= now)
        co_await warn_of_expiry(name);
    if (look && *look <= now)
        co_await look_at(name);
}

base::Task<void> Reconcile::warn_of_expiry(std::string name) {
    const auto held = observed_.of(name).certificates;
    model::Job job = observed_.of(name).live_job.value_or(model::Job{});
    job.name = name;
    Messenger messenger(&hooks_, tools_.clock, desired_.server.message_command);
    co_await messenger.tell(job, std::string(expiring));
    auto known = observed_.domains.find(name);
    if (known == observed_.domains.end() || known->second.certificates != held)
        co_return;  // it was renewed meanwhile
    // What was told meanwhile of the same set stands.
    model::Job& kept =
        known->second.live_job ? *known->second.live_job : known->second.live_job.emplace();
    kept.name = name;
    add_entry(kept, job.log.front());
    known->second.version = 0;
    co_await write_job(std::move(name), kept);
}

base::Task<void> Reconcile::look_at(std::string name) {
    const model::ManagedDomain* domain = wanted(name);
    if (domain == nullptr)
        co_return;
    auto held = observed_.of(name).certificates;
    auto looking = seen_instead(*tools_.probe, *domain, held);
    std::string instead = co_await std::move(looking);
    // A renewal came meanwhile: it has a look of its own.
    if (observed_.of(name).certificates == held)
        co_await record_look(std::move(name), std::move(instead));
}

base::Task<void> Reconcile::record_look(std::string name, std::string instead) {
    auto known = observed_.domains.find(name);
    const model::ManagedDomain* domain = wanted(name);
    if (known == observed_.domains.end() || !known->second.live_job || domain == nullptr)
        co_return;
    model::Job& job = *known->second.live_job;
    auto former = notify::proof_of(desired_.server, *domain, known->second);
    notify::note_look(desired_.server, job, std::move(instead), tools_.clock.now());
    auto proof = notify::proof_of(desired_.server, *domain, known->second);
    if (proof == notify::Proof::issued)
        log::warn("the certificate is not served, MDNotifyCmd is run again",
                  log::kv("domain", name), log::kv("seen", job.served.instead));
    else if (proof == notify::Proof::unconfirmed && former != proof)
        log::error("the certificate is not served", log::kv("domain", name),
                   log::kv("seen", job.served.instead));
    else if (proof == notify::Proof::confirmed && former != proof)
        log::info("the certificate is served", log::kv("domain", name));
    co_await write_job(name, job);
    if (const model::ManagedDomain* still_wanted = wanted(name))
        on_change_(still_wanted);
}

}  // namespace md::drive

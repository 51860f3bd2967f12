// SPDX-License-Identifier: Apache-2.0
// The part of the loop that runs MDNotifyCmd: who is owed a call, what becomes of it.
#include "base/log.hpp"
#include "base/time_text.hpp"
#include "crypto/digest.hpp"
#include "drive/reconcile.hpp"
#include "notify/proof.hpp"
#include "schedule/backoff.hpp"

#include <algorithm>

namespace md::drive {

using std::chrono::sys_seconds;

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
    std::vector<Certificates> told_of;
    for (const std::string& name : domains)
        told_of.push_back(observed_.of(name).certificates);
    notify::HookOutcome outcome =
        co_await hooks_.run(notify::command_for(desired_.server.notify_command, domains));
    for (std::size_t i = 0; i < domains.size(); ++i) {
        // Otherwise a renewal came meanwhile: who was told may have read the former set.
        if (model::Job* job = job_of(domains[i], told_of[i])) {
            note_notification(*job, outcome);
            co_await keep_job(domains[i]);
        }
    }
}

void Reconcile::note_notification(model::Job& job, const notify::HookOutcome& outcome) const {
    sys_seconds now = tools_.clock.now();
    job.notified = outcome.succeeded;
    if (outcome.succeeded) {
        job.notify_errors = 0;
        job.notify_next = std::nullopt;
        job.log.add({now, "notified", "", ""});
        notify::expect_new_certificate(job, now);
        log::info("notified", log::kv("domain", job.name));
        return;
    }
    job.notify_errors += 1;
    job.notify_next = schedule::notify_retry_at(job.notify_errors, now, crypto::random_share());
    job.log.add({now, "notify-error", "", outcome.explanation()});
    log::warn("MDNotifyCmd failed", log::kv("domain", job.name), log::kv("reason", outcome.reason),
              log::kv("output", outcome.output),
              log::kv("retry_at", base::rfc3339(*job.notify_next)));
}

}  // namespace md::drive

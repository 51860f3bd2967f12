// SPDX-License-Identifier: Apache-2.0
#include "drive/notification.hpp"

#include "base/log.hpp"
#include "base/time_text.hpp"
#include "crypto/digest.hpp"
#include "notify/proof.hpp"
#include "schedule/backoff.hpp"

#include <utility>

namespace md::drive {

using std::chrono::sys_seconds;

void Notification::plan(std::size_t place) {
    const std::string& name = registry_.desired.domains[place].name();
    if (notify::is_owed(registry_.observed.of(name)))
        untold_.insert(place);
    else
        untold_.erase(place);
}

notify::Owed Notification::owed(sys_seconds now, bool busy) const {
    std::vector<const model::ManagedDomain*> untold;
    for (std::size_t place : untold_)
        untold.push_back(&registry_.desired.domains[place]);
    return notify::owed(registry_.desired.server, untold, registry_.observed, now, busy);
}

void Notification::start(const notify::Owed& owed) {
    if (owed.domains.empty() || running_)
        return;
    running_ = true;
    nursery_.start(tell(owed.domains), [this](std::exception_ptr failed) {
        running_ = false;
        ended_(failed);
    });
}

base::Task<void> Notification::tell(std::vector<std::string> domains) {
    std::vector<Certificates> told_of;
    for (const std::string& name : domains)
        told_of.push_back(registry_.observed.of(name).certificates);
    notify::HookOutcome outcome = co_await tools_.hooks->run(
        notify::command_for(registry_.desired.server.notify_command, domains));
    for (std::size_t i = 0; i < domains.size(); ++i) {
        // Otherwise a renewal came meanwhile: who was told may have read the former set.
        if (model::Job* job = registry_.live_job(domains[i], told_of[i])) {
            note(*job, outcome);
            co_await registry_.keep_live_job(domains[i]);
        }
    }
}

void Notification::note(model::Job& job, const notify::HookOutcome& outcome) const {
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

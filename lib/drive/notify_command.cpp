// SPDX-License-Identifier: Apache-2.0
#include "drive/notify_command.hpp"

#include "base/log.hpp"
#include "base/time_text.hpp"
#include "crypto/digest.hpp"
#include "drive/failure_cause.hpp"
#include "notify/proof.hpp"
#include "schedule/backoff.hpp"

#include <algorithm>
#include <utility>

namespace md::drive {
namespace {

constexpr std::size_t most_named = 20;        // in a line of the log
constexpr std::size_t most_kept = 64 * 1024;  // octets of what was printed, in all logs together
constexpr std::size_t least_kept = 300;       // in each

}  // namespace

using std::chrono::sys_seconds;

void NotifyCommand::plan_all() {
    untold_.clear();
    for (const model::ManagedDomain& domain : table_.desired.domains)
        plan(domain.name());
}

void NotifyCommand::plan(const std::string& name) {
    if (notify::is_owed(table_.observed.of(name)))
        untold_.insert(name);
    else
        untold_.erase(name);
}

notify::Owed NotifyCommand::owed(sys_seconds now, bool busy) const {
    std::vector<const model::ManagedDomain*> untold;
    for (const std::string& name : untold_)
        untold.push_back(table_.wanted(name));
    std::sort(untold.begin(), untold.end());  // as they are configured
    return notify::owed(table_.desired.server, untold, table_.observed, now, busy);
}

void NotifyCommand::start(const notify::Owed& owed) {
    if (owed.domains.empty() || running_)
        return;
    running_ = true;
    nursery_.start(tell(owed.domains), [this](std::exception_ptr failed) {
        running_ = false;
        log_unexpected("", failed);
        loop_.wake();
    });
}

base::Task<void> NotifyCommand::tell(std::vector<std::string> domains) {
    std::vector<Certificates> told_of;
    for (const std::string& name : domains)
        told_of.push_back(table_.observed.of(name).certificates);
    process::CommandOutcome outcome = co_await context_.hooks->run(
        notify::command_for(table_.desired.server.notify_command, domains));
    const Call call = conclude(outcome, domains);
    for (std::size_t i = 0; i < domains.size(); ++i) {
        // Otherwise a renewal came meanwhile: who was told may have read the former set.
        if (model::Delivery* delivery = table_.delivery_of(domains[i], told_of[i])) {
            note(domains[i], *delivery, call);
            store::News news{
                {call.at, call.succeeded ? "notified" : "notify-error", "", call.words}};
            co_await table_.keep_delivery(domains[i], std::move(news));
        }
    }
}

// One run is one line of the log, however many it was for, and one time to try it again.
NotifyCommand::Call NotifyCommand::conclude(const process::CommandOutcome& outcome,
                                            const std::vector<std::string>& domains) const {
    Call call{context_.clock.now(), outcome.succeeded, {}, outcome.explanation(), {}};
    // What it printed is kept in the log of each: of ten thousand, a little.
    call.words.resize(
        std::min(call.words.size(), std::max(least_kept, most_kept / domains.size())));
    if (outcome.succeeded)
        return call;
    call.reason = outcome.summary();
    unsigned errors = 0;
    for (const std::string& name : domains)
        errors = std::max(errors, table_.observed.of(name).delivery->notification.errors);
    call.retry = schedule::notify_retry_at(errors + 1, call.at, crypto::random_share());
    std::string all;
    for (std::size_t i = 0; i < domains.size() && i < most_named; ++i)
        all += (i == 0 ? "" : " ") + domains[i];
    if (domains.size() > most_named)
        all += " and " + std::to_string(domains.size() - most_named) + " more";
    log::warn("MDNotifyCmd failed", log::kv("domain", all), log::kv("reason", outcome.reason),
              log::kv("output", outcome.output), log::kv("retry_at", base::rfc3339(*call.retry)));
    return call;
}

void NotifyCommand::note(const std::string& name, model::Delivery& delivery, const Call& call) {
    model::OwedCall& notification = delivery.notification;
    notification.owed = !call.succeeded;
    notification.errors = call.succeeded ? 0 : notification.errors + 1;
    notification.next = call.retry;
    notification.reason = call.reason;
    if (!call.succeeded)
        return;
    notify::expect_new_certificate(delivery, call.at);
    log::info("notified", log::kv("domain", name));
}

}  // namespace md::drive

// SPDX-License-Identifier: Apache-2.0
#include "drive/followups.hpp"

#include "base/log.hpp"
#include "base/time_text.hpp"
#include "crypto/digest.hpp"
#include "drive/failure_cause.hpp"
#include "drive/message_command.hpp"
#include "drive/served_check.hpp"
#include "notify/proof.hpp"
#include "schedule/backoff.hpp"

#include <algorithm>
#include <utility>

namespace md::drive {
namespace {

using notify::reason::expiring;
using notify::reason::installed;
using notify::reason::renewed;
using std::chrono::sys_seconds;

constexpr std::size_t most_errands = 8;

}  // namespace

Followups::Times Followups::times_of(const model::ManagedDomain& domain, sys_seconds now) const {
    const model::ObservedDomain& held = table_.observed.of(domain.name());
    Times times;
    times.message = notify::next_message(table_.desired.server, held, now);
    times.warning = notify::next_expiry_warning(table_.desired.server, domain, held, now);
    if (context_.probe != nullptr)
        times.look = notify::next_look(table_.desired.server, domain, held, now);
    return times;
}

std::optional<schedule::Due> Followups::due_of(const model::ManagedDomain& domain,
                                               sys_seconds now) const {
    const Times times = times_of(domain, now);
    std::optional<sys_seconds> due;
    for (const auto& one : {times.message, times.warning, times.look})
        if (one)
            due = std::min(due.value_or(*one), *one);
    if (!due || running_.contains(domain.name()))
        return std::nullopt;
    return schedule::Due{domain.name(), *due, *due};
}

void Followups::plan_all(sys_seconds now) {
    std::vector<schedule::Due> all;
    for (const model::ManagedDomain& domain : table_.desired.domains)
        if (auto due = due_of(domain, now))
            all.push_back(std::move(*due));
    queue_.assign(std::move(all));
}

void Followups::plan(const model::ManagedDomain& domain, sys_seconds now) {
    if (auto due = due_of(domain, now))
        queue_.put(*due);
    else
        queue_.remove(domain.name());
}

std::optional<sys_seconds> Followups::next(sys_seconds now) const {
    return queue_.next(now);
}

void Followups::start_due(sys_seconds now) {
    while (running_.size() < most_errands) {
        auto next = queue_.take(now);
        if (!next)
            return;
        const std::string& name = next->domain;
        running_.insert(name);
        nursery_.start(run(name), [this, name](std::exception_ptr failed) {
            running_.erase(name);
            log_unexpected(name, failed);
            table_.note_changed(name);
            loop_.wake();
        });
    }
}

base::Task<void> Followups::run(std::string name) {
    const model::ManagedDomain* domain = table_.wanted(name);
    if (domain == nullptr)
        co_return;
    sys_seconds now = context_.clock.now();
    const Times times = times_of(*domain, now);
    if (times.message && *times.message <= now)
        co_await tell_of_new_set(name);
    if (times.warning && *times.warning <= now)
        co_await warn_of_expiry(name);
    if (times.look && *times.look <= now)
        co_await look_at(name);
}

base::Task<std::string> Followups::tell(std::string name, std::string_view reason,
                                        store::News& news) {
    MessageCommand message(context_.hooks, context_.clock, table_.desired.server.message_command,
                           std::move(name), news);
    std::string why = co_await message.tell(std::string(reason));
    co_return why;
}

base::Task<void> Followups::tell_of_new_set(std::string name) {
    const Certificates held = table_.observed.of(name).certificates;
    store::News news;
    std::string why = co_await tell(name, renewed, news);
    if (why.empty())
        co_await tell(name, installed, news);
    model::Delivery* delivery = table_.delivery_of(name, held);
    if (delivery == nullptr)
        co_return;
    note_message(name, *delivery, std::move(why));
    co_await table_.keep_delivery(std::move(name), std::move(news));
}

void Followups::note_message(const std::string& name, model::Delivery& delivery,
                             std::string why) const {
    sys_seconds now = context_.clock.now();
    model::OwedCall& message = delivery.message;
    if (why.empty()) {
        message = {};
        if (table_.desired.server.notify_command.empty())
            notify::expect_new_certificate(delivery, now);
        return;
    }
    message.errors += 1;
    message.next = schedule::notify_retry_at(message.errors, now, crypto::random_share());
    message.reason = std::move(why);
    log::info("told again later", log::kv("domain", name),
              log::kv("retry_at", base::rfc3339(*message.next)));
}

base::Task<void> Followups::warn_of_expiry(std::string name) {
    const Certificates held = table_.observed.of(name).certificates;
    store::News news;
    std::string why = co_await tell(name, expiring, news);
    model::Delivery* delivery = table_.delivery_of(name, held);
    if (delivery == nullptr)
        co_return;  // it was renewed meanwhile
    (why.empty() ? delivery->warned : delivery->unwarned) = context_.clock.now();
    co_await table_.keep_delivery(std::move(name), std::move(news));
}

base::Task<void> Followups::look_at(std::string name) {
    const model::ManagedDomain* domain = table_.wanted(name);
    if (domain == nullptr)
        co_return;
    const Certificates held = table_.observed.of(name).certificates;
    auto looking = what_is_served(*context_.probe, *domain, held);
    std::string instead = co_await std::move(looking);
    domain = table_.wanted(name);
    // A renewal that came meanwhile has a look of its own.
    model::Delivery* delivery = table_.delivery_of(name, held);
    if (delivery == nullptr || domain == nullptr)
        co_return;
    note_look(*domain, *delivery, std::move(instead));
    co_await table_.keep_delivery(std::move(name), store::News());
}

void Followups::note_look(const model::ManagedDomain& domain, model::Delivery& delivery,
                          std::string instead) const {
    const model::ObservedDomain& held = table_.observed.of(domain.name());
    auto former = notify::proof_of(table_.desired.server, domain, held);
    notify::note_look(table_.desired.server, delivery, std::move(instead), context_.clock.now());
    auto proof = notify::proof_of(table_.desired.server, domain, held);
    auto name = log::kv("domain", domain.name());
    auto seen = log::kv("seen", delivery.served->instead);
    if (proof == notify::Proof::issued)
        log::warn(table_.desired.server.notify_command.empty()
                      ? "the certificate is not served, MDMessageCmd is told again"
                      : "the certificate is not served, MDNotifyCmd is run again",
                  name, seen);
    else if (proof == notify::Proof::unconfirmed && former != proof)
        log::error("the certificate is not served", name, seen);
    else if (proof == notify::Proof::confirmed && former != proof)
        log::info("the certificate is served", name);
}

}  // namespace md::drive

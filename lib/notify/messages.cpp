// SPDX-License-Identifier: Apache-2.0
#include "notify/messages.hpp"

#include "notify/events.hpp"

#include <algorithm>

namespace md::notify {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds between_messages = 1h;
constexpr std::chrono::seconds between_warnings = 24h;
constexpr std::chrono::seconds after_failed_warning = 1h;
constexpr std::chrono::seconds longest_message_retry = 24h;

// Newest first in the log. What lies in the future was told by a clock that jumped.
template <typename Wanted>
std::optional<sys_seconds> newest(const model::Job& job, sys_seconds now, Wanted is_wanted) {
    for (const model::LogEntry& entry : job.log.entries())
        if (entry.when <= now && is_wanted(entry))
            return entry.when;
    return std::nullopt;
}

std::optional<sys_seconds> last_told(const model::Job& job, std::string_view reason,
                                     sys_seconds now) {
    return newest(job, now, [&](const model::LogEntry& entry) {
        return entry.type == "message-" + std::string(reason);
    });
}

std::optional<sys_seconds> last_failed(const model::Job& job, std::string_view reason,
                                       sys_seconds now) {
    return newest(job, now, [&](const model::LogEntry& entry) {
        return entry.type == "message-error" && entry.status == reason;
    });
}

std::string first_line(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

}  // namespace

std::string reason::challenge_setup(model::ChallengeType type, const model::DomainName& name) {
    return "challenge-setup:" + std::string(model::wire_name(type)) + ":" + name.text();
}

std::vector<std::string> message_for(const std::vector<std::string>& message_command,
                                     std::string_view reason, const std::string& domain) {
    std::vector<std::string> command = message_command;
    command.emplace_back(reason);
    command.push_back(domain);
    return command;
}

bool message_is_due(const model::Job& job, std::string_view reason, sys_seconds now) {
    if (reason != reason::renewing && reason != reason::errored)
        return true;
    auto told = last_told(job, reason, now);
    return !told || *told + between_messages <= now;
}

std::optional<sys_seconds> next_expiry_warning(const model::ServerSettings& server,
                                               const model::ManagedDomain& wanted,
                                               const model::ObservedDomain& held, sys_seconds now) {
    if (server.message_command.empty() || held.certificates.empty())
        return std::nullopt;
    auto warn_at = [&](const model::CertificateFacts& facts) {
        return facts.not_after - wanted.settings->warn_window.of(facts.lifetime());
    };
    sys_seconds next = warn_at(held.certificates.front());
    for (const model::CertificateFacts& facts : held.certificates)
        next = std::min(next, warn_at(facts));
    if (!held.live_job)
        return next;
    if (auto told = last_told(*held.live_job, reason::expiring, now))
        next = std::max(next, *told + between_warnings);
    if (auto failed = last_failed(*held.live_job, reason::expiring, now))
        next = std::max(next, *failed + after_failed_warning);
    return next;
}

std::optional<sys_seconds> next_message(const model::ServerSettings& server,
                                        const model::ObservedDomain& held, sys_seconds now) {
    if (server.message_command.empty() || !held.live_job || !held.live_job->finished)
        return std::nullopt;
    const model::Job& job = *held.live_job;
    if (!job.message_owed || (!job.notified && !server.notify_command.empty()))
        return std::nullopt;
    bool waits = job.message_errors > 0 && job.message_next;
    return waits && *job.message_next <= now + longest_message_retry ? *job.message_next
                                                                     : sys_seconds{};
}

std::optional<FailedCall> failed_call(const model::ServerSettings& server, const model::Job& job) {
    if (is_told(server, job))
        return std::nullopt;
    bool notifying = !job.notified && !server.notify_command.empty();
    FailedCall failed{"MDNotifyCmd", job.notify_errors, job.notify_next, ""};
    if (!notifying)
        failed = {"MDMessageCmd", job.message_errors, job.message_next, ""};
    if (failed.errors == 0)
        return std::nullopt;
    auto is_it = [&](const model::LogEntry& entry) {
        return notifying ? entry.type == "notify-error"
                         : entry.type == "message-error" && entry.status == reason::renewed;
    };
    const std::vector<model::LogEntry> entries = job.log.entries();
    auto newest_one = std::find_if(entries.begin(), entries.end(), is_it);
    failed.why = newest_one == entries.end() ? "" : first_line(newest_one->detail);
    return failed;
}

}  // namespace md::notify

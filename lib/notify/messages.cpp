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

// What lies in the future was told by a clock that jumped.
bool was_before(const std::optional<sys_seconds>& time, sys_seconds now) {
    return time && *time <= now;
}

}  // namespace

std::string reason::challenge_setup(model::ChallengeType type, const model::Identifier& name) {
    return "challenge-setup:" + std::string(model::wire_name(type)) + ":" + name.text();
}

std::vector<std::string> message_for(const std::vector<std::string>& message_command,
                                     std::string_view reason, const std::string& domain) {
    std::vector<std::string> command = message_command;
    command.emplace_back(reason);
    command.push_back(domain);
    return command;
}

bool is_told_lately(const std::optional<sys_seconds>& told, sys_seconds now) {
    return was_before(told, now) && *told + between_messages > now;
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
    const model::Delivery& told = *held.delivery;
    if (was_before(told.warned, now))
        next = std::max(next, *told.warned + between_warnings);
    if (was_before(told.unwarned, now))
        next = std::max(next, *told.unwarned + after_failed_warning);
    return next;
}

std::optional<sys_seconds> next_message(const model::ServerSettings& server,
                                        const model::ObservedDomain& held, sys_seconds now) {
    const model::OwedCall& notification = held.delivery->notification;
    const model::OwedCall& message = held.delivery->message;
    if (server.message_command.empty() || !message.owed ||
        (notification.owed && !server.notify_command.empty()))
        return std::nullopt;
    bool waits = message.errors > 0 && message.next;
    return waits && *message.next <= now + longest_message_retry ? *message.next : sys_seconds{};
}

std::optional<FailedCall> failed_call(const model::ServerSettings& server,
                                      const model::Delivery& delivery) {
    if (is_told(server, delivery))
        return std::nullopt;
    bool notifying = delivery.notification.owed && !server.notify_command.empty();
    const model::OwedCall& call = notifying ? delivery.notification : delivery.message;
    if (call.errors == 0)
        return std::nullopt;
    return FailedCall{notifying ? "MDNotifyCmd" : "MDMessageCmd", call.errors, call.next,
                      call.reason};
}

}  // namespace md::notify

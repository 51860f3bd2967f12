// SPDX-License-Identifier: Apache-2.0
#include "notify/events.hpp"

#include <algorithm>

namespace md::notify {
namespace {

constexpr std::chrono::hours longest_retry{24};

// When this MD's notification became or becomes due; nullopt when none is owed.
std::optional<sys_seconds> due_since(const model::ObservedDomain& held, sys_seconds now) {
    if (!is_owed(held))
        return std::nullopt;
    const model::OwedCall& call = held.delivery->notification;
    if (call.errors > 0 && call.next && *call.next <= now + longest_retry)
        return call.next;
    auto ready = held.state.valid_from ? held.state.valid_from : held.state.last_run;
    // Without a time, or with one yet to come, it has waited long enough.
    return ready && *ready <= now ? *ready : sys_seconds{};
}

}  // namespace

bool is_owed(const model::ObservedDomain& held) {
    return held.delivery->notification.owed;
}

bool is_told(const model::ServerSettings& server, const model::Delivery& delivery) {
    bool notified = !delivery.notification.owed || server.notify_command.empty();
    return notified && (!delivery.message.owed || server.message_command.empty());
}

Owed owed(const model::ServerSettings& server,
          const std::vector<const model::ManagedDomain*>& domains,
          const model::ObservedState& observed, sys_seconds now, bool busy,
          std::chrono::seconds patience) {
    Owed result;
    if (server.notify_command.empty())
        return result;
    std::vector<std::string> names;
    for (const model::ManagedDomain* wanted : domains) {
        auto since = due_since(observed.of(wanted->name()), now);
        if (!since)
            continue;
        names.push_back(wanted->name());
        result.next = result.next ? std::min(*result.next, *since) : *since;
    }
    if (result.next && busy)
        *result.next += patience;
    if (result.next && *result.next <= now)
        result.domains = std::move(names);
    return result;
}

std::vector<std::string> command_for(const std::vector<std::string>& notify_command,
                                     const std::vector<std::string>& domains) {
    std::vector<std::string> command = notify_command;
    if (!command.empty())
        command.insert(command.end(), domains.begin(), domains.end());
    return command;
}

}  // namespace md::notify

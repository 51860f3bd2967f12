// SPDX-License-Identifier: Apache-2.0
#include "notify/proof.hpp"

#include "notify/events.hpp"

#include <array>
#include <utility>

namespace md::notify {
namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

constexpr std::array<seconds, 3> pauses = {5s, 10s, 15s};
constexpr seconds unconfirmed_pause = 1h;
constexpr seconds confirmed_pause = 24h;

// Without MDNotifyCmd it is MDMessageCmd that has a server read its certificates again.
bool is_installed(const model::ServerSettings& server, const model::Delivery& delivery) {
    return server.notify_command.empty() ? is_told(server, delivery) : !delivery.notification.owed;
}

void owe_again(const model::ServerSettings& server, model::Delivery& delivery) {
    delivery.notification = {};
    delivery.notification.owed = !server.notify_command.empty();
    delivery.message.owed |= server.notify_command.empty();
}

bool is_given_up(const model::Served& served) {
    return served.told_again && served.failures > pauses.size();
}

}  // namespace

std::string_view word(Proof proof) {
    switch (proof) {
        case Proof::none:
            return "none";
        case Proof::issued:
            return "issued";
        case Proof::installed:
            return "installed";
        case Proof::confirmed:
            return "confirmed";
        case Proof::unconfirmed:
            return "unconfirmed";
    }
    return {};
}

Proof proof_of(const model::ServerSettings& server, const model::ManagedDomain& wanted,
               const model::ObservedDomain& held) {
    if (wanted.settings->served_at.empty() || held.certificates.empty() || !held.state.recorded)
        return Proof::none;
    if (!is_installed(server, *held.delivery))
        return Proof::issued;
    const model::Served& served = *held.delivery->served;
    if (served.confirmed)
        return Proof::confirmed;
    return is_given_up(served) ? Proof::unconfirmed : Proof::installed;
}

std::optional<sys_seconds> next_look(const model::ServerSettings& server,
                                     const model::ManagedDomain& wanted,
                                     const model::ObservedDomain& held, sys_seconds now) {
    Proof proof = proof_of(server, wanted, held);
    if (proof == Proof::none || proof == Proof::issued)
        return std::nullopt;
    const auto& next = held.delivery->served->next;
    // Never looked, or the clock jumped back since.
    if (!next || *next > now + 2 * confirmed_pause)
        return now;
    return *next;
}

void expect_new_certificate(model::Delivery& delivery, sys_seconds now) {
    model::Served expected;
    expected.told_again = delivery.served->told_again;
    expected.next = now + 1s;
    delivery.served = std::move(expected);
}

void note_look(const model::ServerSettings& server, model::Delivery& delivery, std::string instead,
               sys_seconds now) {
    model::Served& served = delivery.served.edit();
    served.last = now;
    served.instead = std::move(instead);
    served.confirmed = served.instead.empty();
    if (served.confirmed) {
        served.told_again = false;
        served.failures = 0;
        served.next = now + confirmed_pause;
        return;
    }
    ++served.failures;
    if (served.failures <= pauses.size()) {
        served.next = now + pauses[served.failures - 1];
        return;
    }
    served.next = now + unconfirmed_pause;
    if (!served.told_again)
        owe_again(server, delivery);
    served.told_again = true;
}

}  // namespace md::notify

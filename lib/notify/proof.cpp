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
bool is_installed(const model::ServerSettings& server, const model::Job& job) {
    return server.notify_command.empty() ? is_told(server, job) : job.notified;
}

void owe_again(const model::ServerSettings& server, model::Job& job) {
    job.notified = server.notify_command.empty();
    job.notify_errors = 0;
    job.notify_next = std::nullopt;
    job.message_owed |= job.notified;
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
    if (wanted.settings->served_at.empty() || held.certificates.empty() || !held.live_job ||
        !held.live_job->finished)
        return Proof::none;
    const model::Job& job = *held.live_job;
    if (!is_installed(server, job))
        return Proof::issued;
    if (job.served->confirmed)
        return Proof::confirmed;
    return is_given_up(*job.served) ? Proof::unconfirmed : Proof::installed;
}

std::optional<sys_seconds> next_look(const model::ServerSettings& server,
                                     const model::ManagedDomain& wanted,
                                     const model::ObservedDomain& held, sys_seconds now) {
    Proof proof = proof_of(server, wanted, held);
    if (proof == Proof::none || proof == Proof::issued)
        return std::nullopt;
    const auto& next = held.live_job->served->next;
    // Never looked, or the clock jumped back since.
    if (!next || *next > now + 2 * confirmed_pause)
        return now;
    return *next;
}

void expect_new_certificate(model::Job& job, sys_seconds now) {
    bool told_again = job.served->told_again;
    model::Served expected;
    expected.told_again = told_again;
    expected.next = now + 1s;
    job.served = std::move(expected);
}

void note_look(const model::ServerSettings& server, model::Job& job, std::string instead,
               sys_seconds now) {
    model::Served& served = job.served.edit();
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
        owe_again(server, job);
    served.told_again = true;
}

}  // namespace md::notify

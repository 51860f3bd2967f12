// SPDX-License-Identifier: Apache-2.0
// The proof of service: when to look at MDServedAt whether the live certificate is what the outside
// gets, and what follows from what was seen. Pure.
//
// A set is issued, installed once it was notified (without MDNotifyCmd: once MDMessageCmd was
// told), and confirmed once it is seen at every place. The first look is a second after the
// notification, then after 5, 10 and 15 more: a reload takes its time. If it is not seen by then,
// the notify command is run again and waited for in the same way; if that does not help either, it
// is unconfirmed: a human must act. Confirmed ones are looked at daily, unconfirmed ones hourly.
#pragma once

#include "model/desired_state.hpp"
#include "model/observed_state.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace md::notify {

using std::chrono::sys_seconds;

enum class Proof {
    none,  // no set, or no MDServedAt
    issued,
    installed,
    confirmed,
    unconfirmed,
};
// "none", "issued", ...
std::string_view word(Proof proof);

Proof proof_of(const model::ServerSettings& server, const model::ManagedDomain& wanted,
               const model::ObservedDomain& held);

// When to look; not later than now: due. nullopt: not before something else has happened.
std::optional<sys_seconds> next_look(const model::ServerSettings& server,
                                     const model::ManagedDomain& wanted,
                                     const model::ObservedDomain& held, sys_seconds now);

// The notify command has succeeded: looking begins anew.
void expect_new_certificate(model::Delivery& delivery, sys_seconds now);

// `instead`: what was seen in place of the live certificate, "" when it was seen everywhere. May
// owe a notification again.
void note_look(const model::ServerSettings& server, model::Delivery& delivery, std::string instead,
               sys_seconds now);

}  // namespace md::notify

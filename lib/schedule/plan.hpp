// SPDX-License-Identifier: Apache-2.0
// The plan: for each managed domain, the next thing to do, when, and why. A pure function of what
// is desired, what is observed and now. Every driven MD has a next action; nothing else decides.
#pragma once

#include "model/desired_state.hpp"
#include "model/observed_state.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace md::schedule {

using std::chrono::sys_seconds;

enum class Action {
    none,   // not driven
    issue,  // obtain or renew: one attempt
};

enum class Rule : std::uint8_t {
    not_driven_manual,    // MDDriveMode manual
    not_driven_unused,    // auto, and no virtual host has one of its names
    not_driven_static,    // MDCertificateFile
    not_driven_stopped,   // it asks for what mdcertd cannot do
    nothing_held,         // no certificate at all
    unsatisfied,          // one is missing, or does not fit the configuration
    another_ca,           // what is held is of a CA that is not configured any more
    renew_window,         // its end - window
    due_when_new,         // the last renewal left it due: half of what it left passes first
    renewal_limit,        // renewed as often as is good in a third of a certificate's life
    retry_after_failure,  // next_run of the attempts
    requested,            // `mdcertd renew`
    clock_unset,          // it is before 2020: nothing is judged until the clock is right
    clock_behind,         // the certificate held is from a time yet to come: the same
};

// The stored name of a rule: "renew_window".
std::string_view word(Rule rule);

// A clock that shows less than this was never set (a machine without one that just booted).
constexpr sys_seconds plausible_since = std::chrono::sys_days{std::chrono::year{2020} / 1 / 1};

struct Step {
    std::string domain;  // the MD's name
    Action action = Action::none;
    std::optional<sys_seconds> at;  // absent with Action::none; not later than now: due
    Rule rule = Rule::not_driven_manual;
    std::string reason;  // one sentence for people: "33% of the lifetime (90 days) is left then"
    std::string issuer = {};  // directory URL of the CA to be asked; "" with Action::none

    bool due(sys_seconds now) const { return at && *at <= now; }
};

// One step per desired MD, in the configuration's order.
//
// The next_run of failed attempts holds the step back, whatever the reason for it. It is not
// believed when it lies further ahead than any backoff goes, or when the failure lies ahead of now:
// then the clock was wrong when it was written. Only certificates make an MD due; attempts never
// do, so remnants of failed attempts cost no certificate.
//
// Renewals that bring nothing are bounded, whatever makes the MD due: by `wait_until` of the live
// set, and to three in a third of its life (in an hour, when something else is asked for since).
std::vector<Step> plan(const model::DesiredState& desired, const model::ObservedState& observed,
                       sys_seconds now);
Step plan_domain(const model::ManagedDomain& wanted, const model::ObservedDomain& held,
                 sys_seconds now);

// The same of a set that is new: the rule and the reason by which it is due again already, or
// nullopt. What is held and recorded decides, not what holds it back.
std::optional<Step> due_when_new(const model::ManagedDomain& wanted,
                                 const model::ObservedDomain& held, sys_seconds now);
// When such a set may be renewed: after half of what is left of it, a minute at least.
sys_seconds wait_when_due(const model::ObservedDomain& held, sys_seconds now);

// When the daemon has to look again: the earliest `at` (now, when something is due), at the latest
// after the check interval, or after a minute while the clock is unset.
sys_seconds next_look(const std::vector<Step>& steps, sys_seconds now,
                      std::chrono::seconds check_interval);

}  // namespace md::schedule

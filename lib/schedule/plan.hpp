// SPDX-License-Identifier: Apache-2.0
// The plan: for each managed domain, the next thing to do, when, and why. A pure function of what
// is desired, what is observed and now. Every driven MD has a next action; nothing else decides.
#pragma once

#include "model/desired_state.hpp"
#include "model/observed_state.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace md::schedule {

using std::chrono::sys_seconds;

enum class Action {
    none,   // not driven
    issue,  // obtain or renew: one attempt
};

enum class Rule {
    not_driven_manual,    // MDDriveMode manual
    not_driven_unused,    // auto, and no virtual host has one of its names
    nothing_held,         // no certificate at all
    unsatisfied,          // one is missing, or does not fit the configuration
    renew_window,         // notAfter - window
    retry_after_failure,  // the job's next_run
    requested,            // `mdcertd renew`
};

struct Step {
    std::string domain;  // the MD's name
    Action action = Action::none;
    std::optional<sys_seconds> at;  // absent with Action::none; not later than now: due
    Rule rule = Rule::not_driven_manual;
    std::string reason;  // one sentence for people: "33% of the lifetime (90 days) is left then"

    bool due(sys_seconds now) const { return at && *at <= now; }
};

// One step per desired MD, in the configuration's order.
std::vector<Step> plan(const model::DesiredState& desired, const model::ObservedState& observed,
                       sys_seconds now);
Step plan_domain(const model::ManagedDomain& wanted, const model::ObservedDomain& held,
                 sys_seconds now);

// When the daemon has to look again: the earliest `at`, at the latest after the check interval.
sys_seconds next_look(const std::vector<Step>& steps, sys_seconds now,
                      std::chrono::seconds check_interval);

}  // namespace md::schedule

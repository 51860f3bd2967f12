// SPDX-License-Identifier: Apache-2.0
#include "status_line.hpp"

#include "base/time_text.hpp"
#include "schedule/plan.hpp"
#include "schedule/renewal.hpp"

namespace md {
namespace {

using std::chrono::sys_seconds;

bool is_valid(const model::ManagedDomain& wanted, const model::ObservedDomain& held,
              sys_seconds now) {
    auto until = schedule::valid_until(wanted, held);
    return until && *until > now && !schedule::reason_incomplete(wanted, held);
}

// The day is enough for what is days away.
std::string moment(sys_seconds at, sys_seconds now) {
    if (at <= now)
        return "now";
    std::string text = base::readable_time(at);
    return at - now < std::chrono::days{2} ? text : text.substr(0, text.find(' '));
}

std::string next_text(const schedule::Step& step, bool holds_one, sys_seconds now) {
    std::string what = step.rule == schedule::Rule::retry_after_failure ? " is tried again "
                       : holds_one                                      ? " renews "
                                                                        : " is obtained ";
    return ", next: " + step.domain + what + moment(*step.at, now);
}

}  // namespace

std::string status_line(const drive::Reconcile& reconcile, sys_seconds now) {
    std::size_t valid = 0, total = reconcile.desired().domains.size();
    std::optional<schedule::Step> next;
    for (const model::ManagedDomain& wanted : reconcile.desired().domains) {
        const model::ObservedDomain& held = reconcile.observed().of(wanted.name());
        valid += is_valid(wanted, held, now);
        schedule::Step step = schedule::plan_domain(wanted, held, now);
        if (step.at && (!next || *step.at < *next->at))
            next = std::move(step);
    }
    std::string text = std::to_string(total) +
                       (total == 1 ? " managed domain" : " managed domains") + ", " +
                       std::to_string(valid) + " valid";
    if (next)
        text += next_text(*next, !reconcile.observed().of(next->domain).certificates.empty(), now);
    return text;
}

}  // namespace md

// SPDX-License-Identifier: Apache-2.0
#include "schedule/plan.hpp"

#include "base/time_text.hpp"
#include "schedule/backoff.hpp"
#include "schedule/renewal.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace md::schedule {
namespace {

using namespace std::chrono_literals;
using model::CertificateFacts;
using model::ManagedDomain;
using model::ObservedDomain;
using std::chrono::seconds;

// What two clocks may differ by without one of them being wrong.
constexpr seconds small_jump = std::chrono::days{1};

constexpr seconds least_wait_when_due = 1min;

// "90 days", "36 hours", "30 seconds": rounded, since CAs make certificates a second short.
std::string rough(seconds duration) {
    struct Unit {
        seconds size;
        const char* name;
    };
    constexpr std::array<Unit, 3> units = {{{24h, " days"}, {1h, " hours"}, {1min, " minutes"}}};
    for (const Unit& unit : units)
        if (duration >= 2 * unit.size - 1min && duration >= unit.size)
            return std::to_string((duration + unit.size / 2) / unit.size) + unit.name;
    return std::to_string(duration.count()) + " seconds";
}

std::string window_reason(const CertificateFacts& certificate, const model::Window& window,
                          bool past) {
    seconds lifetime = certificate.lifetime();
    seconds applied = applied_window(lifetime, window);
    std::string share = std::holds_alternative<int>(window.value) ? window.text() : rough(applied);
    if (applied != std::max(window.of(lifetime), 0s))
        share = applied == lifetime / 2 ? "half" : "nine tenths";
    std::string whole = " of the lifetime (" + rough(lifetime) + ") is left";
    return past ? "no more than " + share + whole : share + whole + " then";
}

// What the certificates alone ask for.
Step asked_by_certificates(const ManagedDomain& wanted, const ObservedDomain& held,
                           sys_seconds now) {
    Step step{wanted.name(), Action::issue, now, Rule::unsatisfied, {}};
    if (held.certificates.empty()) {
        step.rule = Rule::nothing_held;
        step.reason = "no certificate is held";
        if (!held.damage->empty())
            step.reason += " (" + *held.damage + ")";
        return step;
    }
    if (auto why = reason_incomplete(wanted, held)) {
        step.reason = *why;
        return step;
    }
    if (is_of_another_ca(wanted, held)) {
        step.rule = Rule::another_ca;
        step.reason = "it is of " + *held.state.ca_url + ", which is not configured any more";
        return step;
    }
    const model::Window& window = wanted.settings->renew_window;
    auto earlier = [&](const CertificateFacts* a, const CertificateFacts* b) {
        return renew_at(*a, window) < renew_at(*b, window);
    };
    std::vector<const CertificateFacts*> asked;
    for (const model::KeySpec& key : wanted.settings->keys)
        asked.push_back(find_certificate(held, key));
    if (asked.empty())
        asked.push_back(&held.certificates.front());
    const CertificateFacts& first = **std::min_element(asked.begin(), asked.end(), earlier);
    step.rule = Rule::renew_window;
    step.at = renew_at(first, window);
    step.reason = usable_until(first) < first.not_after
                      ? "an intermediate certificate in its file ends on " +
                            base::readable_time(usable_until(first))
                      : window_reason(first, window, *step.at <= now);
    return step;
}

// The last renewal left it due, by the same rule as now: another one at once would as well.
void hold_back_when_new(Step& step, const model::CertificateState& made, sys_seconds now) {
    const auto& until = made.wait_until;
    bool is_same = *made.due_by == word(step.rule);
    bool was_later = made.last_run && *made.last_run > now + small_jump;
    if (!is_same || !until || *until <= *step.at || was_later)
        return;
    step.at = *until;
    if (*until <= now)
        return;
    step.rule = Rule::due_when_new;
    step.reason = "the last renewal left it due (" + step.reason + ")";
}

// From when on there may be another renewal.
std::optional<sys_seconds> limited_until(const model::CertificateState& made, bool asked_otherwise,
                                         sys_seconds now) {
    const auto& renewals = made.renewals;
    if (renewals.size() < model::CertificateState::most_renewals ||
        renewals.back() > now + small_jump)
        return std::nullopt;
    seconds third = made.lifetime / 3;
    return renewals.front() + (asked_otherwise ? std::min<seconds>(third, 1h) : third);
}

void hold_to_limit(Step& step, const ObservedDomain& held, sys_seconds now) {
    auto until = limited_until(held.state, held.asked_otherwise, now);
    if (!until || *until <= *step.at)
        return;
    step.at = *until;
    if (*until <= now)
        return;
    step.rule = Rule::renewal_limit;
    step.reason = "it was renewed " + std::to_string(model::CertificateState::most_renewals) +
                  " times lately; " + step.reason;
}

// All certificates are from times yet to come: the time from which on that is not so; nullopt else.
std::optional<sys_seconds> made_later(const ObservedDomain& held, sys_seconds now) {
    std::optional<sys_seconds> since;
    for (const CertificateFacts& certificate : held.certificates) {
        sys_seconds plausible = certificate.not_before - small_jump;
        since = std::min(since.value_or(plausible), plausible);
    }
    return since && *since > now ? since : std::nullopt;
}

// Written under a wrong clock: the failure lies ahead, or no backoff reaches that far.
bool believable(const model::Attempts& attempts, sys_seconds now) {
    return *attempts.next_run <= now + longest_delay &&
           (!attempts.last_run || *attempts.last_run <= now + small_jump);
}

std::string why_held_back(const model::Attempts& attempts) {
    if (attempts.errors > 1)
        return std::to_string(attempts.errors) + " attempts have failed";
    if (attempts.errors == 1)
        return "1 attempt has failed";
    return attempts.last_failure ? "the attempt was put off" : "the CA asked to come back";
}

void hold_back(Step& step, const model::Attempts& attempts, sys_seconds now) {
    if (attempts.finished || !attempts.next_run || !believable(attempts, now))
        return;
    if (*attempts.next_run <= *step.at)
        return;
    bool waits = *attempts.next_run > now;
    step.at = *attempts.next_run;
    if (!waits)
        return;
    step.rule = Rule::retry_after_failure;
    step.reason = why_held_back(attempts) + "; " + step.reason;
}

Step not_driven(const ManagedDomain& wanted) {
    if (!wanted.stopped.empty())
        return {wanted.name(), Action::none, std::nullopt, Rule::not_driven_stopped,
                wanted.stopped};
    if (wanted.is_static())
        return {wanted.name(), Action::none, std::nullopt, Rule::not_driven_static,
                "static: its certificate is " + wanted.settings->certificate_files.front() +
                    " (MDCertificateFile)"};
    if (wanted.settings->drive_mode == model::DriveMode::manual)
        return {wanted.name(), Action::none, std::nullopt, Rule::not_driven_manual,
                "MDDriveMode is manual"};
    return {wanted.name(), Action::none, std::nullopt, Rule::not_driven_unused,
            "no virtual host has one of its names; MDDriveMode always drives it all the same"};
}

Step when_to_issue(const ManagedDomain& wanted, const ObservedDomain& held, sys_seconds now) {
    if (now < plausible_since)
        return {wanted.name(), Action::issue, plausible_since, Rule::clock_unset,
                "the clock of this machine is not set"};
    if (auto since = made_later(held, now))
        return {wanted.name(), Action::issue, since, Rule::clock_behind,
                "the clock of this machine shows a time before its certificate was made"};
    Step step = asked_by_certificates(wanted, held, now);
    hold_back_when_new(step, held.state, now);
    hold_to_limit(step, held, now);
    if (held.attempts)
        hold_back(step, *held.attempts, now);
    return step;
}

// Each CA of the list has so many failures, one CA after the other; where all had, they have as
// many again. A success ends the attempts that are counted, and the first is the first again.
std::string choose_issuer(const ManagedDomain& wanted, const ObservedDomain& held) {
    auto rounds_at = [&](const model::Issuer& issuer) {
        unsigned errors = held.attempts ? held.attempts->errors_at(issuer.directory_url) : 0;
        return errors / wanted.settings->retry_failover;
    };
    const auto& issuers = wanted.settings->issuers;
    auto chosen = std::min_element(issuers.begin(), issuers.end(),
                                   [&](const model::Issuer& one, const model::Issuer& other) {
                                       return rounds_at(one) < rounds_at(other);
                                   });
    return chosen->directory_url;
}

}  // namespace

std::string_view word(Rule rule) {
    switch (rule) {
        case Rule::not_driven_manual:
            return "not_driven_manual";
        case Rule::not_driven_unused:
            return "not_driven_unused";
        case Rule::not_driven_static:
            return "not_driven_static";
        case Rule::not_driven_stopped:
            return "not_driven_stopped";
        case Rule::nothing_held:
            return "nothing_held";
        case Rule::unsatisfied:
            return "unsatisfied";
        case Rule::another_ca:
            return "another_ca";
        case Rule::renew_window:
            return "renew_window";
        case Rule::due_when_new:
            return "due_when_new";
        case Rule::renewal_limit:
            return "renewal_limit";
        case Rule::retry_after_failure:
            return "retry_after_failure";
        case Rule::requested:
            return "requested";
        case Rule::clock_unset:
            return "clock_unset";
        case Rule::clock_behind:
            return "clock_behind";
    }
    return {};
}

Step plan_domain(const ManagedDomain& wanted, const ObservedDomain& held, sys_seconds now) {
    if (!wanted.driven())
        return not_driven(wanted);
    Step step = when_to_issue(wanted, held, now);
    step.issuer = choose_issuer(wanted, held);
    return step;
}

std::optional<Step> due_when_new(const ManagedDomain& wanted, const ObservedDomain& held,
                                 sys_seconds now) {
    Step step = asked_by_certificates(wanted, held, now);
    return step.due(now) ? std::optional(std::move(step)) : std::nullopt;
}

sys_seconds wait_when_due(const ObservedDomain& held, sys_seconds now) {
    std::optional<sys_seconds> end;
    for (const CertificateFacts& certificate : held.certificates)
        end = std::min(end.value_or(certificate.not_after), certificate.not_after);
    return now + std::max<seconds>((end.value_or(now) - now) / 2, least_wait_when_due);
}

std::vector<Step> plan(const model::DesiredState& desired, const model::ObservedState& observed,
                       sys_seconds now) {
    std::vector<Step> steps;
    steps.reserve(desired.domains.size());
    for (const ManagedDomain& wanted : desired.domains)
        steps.push_back(plan_domain(wanted, observed.of(wanted.name()), now));
    return steps;
}

sys_seconds next_look(const std::vector<Step>& steps, sys_seconds now, seconds check_interval) {
    seconds longest = std::clamp<seconds>(check_interval, 1s, std::chrono::years{1});
    if (now < plausible_since)
        longest = std::min<seconds>(longest, 1min);
    sys_seconds next = now + longest;
    for (const Step& step : steps)
        if (step.at)
            next = std::min(next, std::max(*step.at, now));
    return next;
}

}  // namespace md::schedule

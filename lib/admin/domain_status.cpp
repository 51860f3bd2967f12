// SPDX-License-Identifier: Apache-2.0
#include "admin/domain_status.hpp"

#include "admin/advice.hpp"
#include "base/printable.hpp"
#include "deploy/paths.hpp"
#include "notify/events.hpp"
#include "notify/messages.hpp"
#include "notify/proof.hpp"
#include "schedule/plan.hpp"
#include "schedule/renewal.hpp"

#include <algorithm>
#include <utility>

namespace md::admin {
namespace {

using schedule::Rule;

std::vector<std::string> printable_list(const std::vector<std::string>& texts) {
    std::vector<std::string> list;
    for (const std::string& text : texts)
        list.push_back(base::printable(text));
    return list;
}

std::string require_https_word(model::RequireHttps required) {
    if (required == model::RequireHttps::off)
        return "";
    return required == model::RequireHttps::temporary ? "temporary" : "permanent";
}

class Subject {
public:
    Subject(const model::ManagedDomain& wanted, const model::ObservedDomain& held,
            const model::ServerSettings& server, sys_seconds now)
        : wanted_(wanted),
          held_(held),
          server_(server),
          now_(now),
          step_(schedule::plan_domain(wanted, held, now)) {}

    DomainStatus described(const model::Log& log, bool whole) const {
        DomainStatus status;
        status.name = wanted_.name();
        for (const model::Member& member : wanted_.members)
            status.names.push_back(member.name.text());
        status.configured = configured();
        status.ca = ca();
        put_state(status);
        put_certificates(status, whole);
        put_work(status, log);
        status.notification = notification();
        status.served = served();
        if (whole) {
            status.members = members();
            status.proofs = proofs();
        }
        return status;
    }

private:
    std::vector<MemberStatus> members() const {
        std::vector<MemberStatus> list;
        for (const model::Member& member : wanted_.members)
            list.push_back({member.name.text(), base::printable(member.origin.text())});
        return list;
    }

    // Why a challenge cannot work, as far as the configuration tells; "" when it can.
    std::string reason_no_proof(model::ChallengeType type) const {
        bool is_wildcard =
            std::any_of(wanted_.members.begin(), wanted_.members.end(),
                        [](const model::Member& member) { return member.name.is_wildcard(); });
        if (type == model::ChallengeType::dns_01)
            return "mdcertd has no dns-01 yet";
        if (is_wildcard)
            return "a wildcard is proven by dns-01 only";
        bool is_http = type == model::ChallengeType::http_01;
        const model::PortMap& map = server_.port_map;
        bool is_open = is_http ? map.has_http() : map.https.has_value();
        return is_open ? "" : std::string("MDPortMap closes port ") + (is_http ? "80" : "443");
    }

    std::vector<ProofStatus> proofs() const {
        std::vector<ProofStatus> list;
        for (model::ChallengeType type : wanted_.settings->challenges)
            list.push_back({std::string(model::wire_name(type)), reason_no_proof(type)});
        return list;
    }

    ConfiguredStatus configured() const {
        const model::Settings& settings = *wanted_.settings;
        return {printable_list(settings.common().contacts),
                static_cast<int>(settings.members),
                settings.keys,
                static_cast<int>(settings.drive_mode),
                settings.renew_window.text(),
                settings.must_staple,
                base::printable(settings.common().profile),
                settings.common().profile_mandatory,
                require_https_word(settings.require_https),
                base::printable(wanted_.origin.text())};
    }

    CaStatus ca() const {
        const model::Settings& settings = *wanted_.settings;
        CaStatus ca{printable_list(settings.directory_urls()),
                    base::printable(settings.common().agreement),
                    {}};
        for (model::ChallengeType type : settings.challenges)
            ca.challenges.emplace_back(model::wire_name(type));
        return ca;
    }

    bool struggling() const {
        return held_.attempts && !held_.attempts->finished && held_.attempts->errors > 0;
    }

    bool expired() const {
        auto until = schedule::valid_until(wanted_, held_);
        return until && *until <= now_;
    }

    bool in_renew_window() const {
        return std::any_of(
            held_.certificates.begin(), held_.certificates.end(), [&](const auto& facts) {
                return schedule::renew_at(facts, wanted_.settings->renew_window) <= now_;
            });
    }

    // The word, and why where the word leaves that open.
    std::pair<const char*, std::string> state() const {
        auto reason = schedule::reason_incomplete(wanted_, held_);
        if (step_.rule == Rule::not_driven_stopped)
            return {"stopped", step_.reason};
        if (step_.action == schedule::Action::none)
            return {"not managed", step_.reason};
        if (expired())
            return {"expired", {}};
        if (struggling() && (step_.due(now_) || step_.rule == Rule::retry_after_failure))
            return {"failing", held_.certificates.empty() ? "no certificate is held"
                                                          : reason.value_or("renewal fails")};
        if (held_.certificates.empty())
            return {"missing", *held_.damage};
        if (reason)
            return {"incomplete", *reason};
        if (in_renew_window())
            return {"expiring", {}};
        return {"valid", {}};
    }

    void put_state(DomainStatus& status) const {
        auto [word, why] = state();
        status.state = word;
        status.state_reason = base::printable(why);
        status.damage = base::printable(*held_.damage);
        status.former_files = base::printable(*held_.former_files);
    }

    // With the files where servers find them (DESIGN §3).
    HeldCertificate certificate(const model::CertificateFacts& facts, bool whole) const {
        HeldCertificate held;
        held.key_name = facts.key.name();
        held.key = facts.key.text();
        held.issuer = base::printable(*facts.issuer);
        held.serial = base::printable(facts.serial);
        held.fingerprint = facts.fingerprint.text();
        held.valid = {facts.not_before, facts.not_after};
        if (!whole)
            return held;
        const auto paths = deploy::served_paths(server_.store_dir, wanted_.name(), facts.key);
        held.certificate_file = base::printable(paths.certificate);
        held.key_file = base::printable(paths.key);
        return held;
    }

    void put_certificates(DomainStatus& status, bool whole) const {
        if (held_.certificates.empty())
            return;
        sys_seconds from = held_.certificates.front().not_before;
        for (const model::CertificateFacts& facts : held_.certificates) {
            status.certificates.push_back(certificate(facts, whole));
            from = std::max(from, facts.not_before);
        }
        std::sort(status.certificates.begin(), status.certificates.end(),
                  [](const auto& one, const auto& other) { return one.key_name < other.key_name; });
        if (auto until = schedule::valid_until(wanted_, held_))
            status.valid = Validity{from, *until};
        status.issued_by_profile = base::printable(*held_.state.profile);
    }

    void put_work(DomainStatus& status, const model::Log& log) const {
        status.watched = step_.action != schedule::Action::none;
        status.renew = step_.due(now_) || struggling();
        status.next = {step_.action == schedule::Action::issue ? "issue" : "none", step_.due(now_),
                       std::string(schedule::word(step_.rule)), base::printable(step_.reason),
                       step_.at};
        if (step_.rule == Rule::renew_window)
            status.renew_at = step_.at;
        if (!held_.attempts)
            return;
        const model::Attempts& attempts = *held_.attempts;
        status.renewal = {attempts.finished, attempts.errors, attempts.next_run, attempts.last_run,
                          log};
        if (!attempts.finished && attempts.last_failure)
            status.last_problem = problem(*attempts.last_failure);
    }

    bool is_expired() const {
        return std::any_of(held_.certificates.begin(), held_.certificates.end(),
                           [&](const auto& one) { return one.not_after <= now_; });
    }

    LastProblem problem(const model::Failure& failure) const {
        LastProblem problem;
        problem.stage = base::printable(failure.stage);
        problem.problem = base::printable(failure.problem);
        problem.detail = base::printable(failure.detail);
        problem.failure_class = model::word(failure.failure_class);
        problem.at = failure.at;
        problem.errors = held_.attempts->errors;
        problem.cause = model::word(failure.cause);
        problem.advice = is_expired() ? advice_for_expired(wanted_.name()) + " " +
                                            advice_for(failure, wanted_.name())
                                      : advice_for(failure, wanted_.name());
        return problem;
    }

    std::optional<ServedStatus> served() const {
        notify::Proof proof = notify::proof_of(server_, wanted_, held_);
        if (proof == notify::Proof::none)
            return std::nullopt;
        ServedStatus served;
        served.state = notify::word(proof);
        for (const model::ServedAt& place : wanted_.settings->served_at)
            served.places.push_back(base::printable(place.place()));
        const model::Served& seen = *held_.delivery->served;
        served.instead = base::printable(seen.instead);
        served.last_look = seen.last;
        if (proof != notify::Proof::issued)
            served.next_look = seen.next;
        served.notified_again = seen.told_again;
        return served;
    }

    NotificationStatus notification() const {
        if (!server_.tells() || !held_.state.recorded)
            return {"none", {}, 0, {}, {}};
        auto failed = notify::failed_call(server_, *held_.delivery);
        if (failed)
            return {"failed", failed->next, failed->errors, std::string(failed->directive),
                    base::printable(failed->why)};
        const bool is_done = notify::is_told(server_, *held_.delivery);
        return {is_done ? "done" : "pending", {}, 0, {}, {}};
    }

    const model::ManagedDomain& wanted_;
    const model::ObservedDomain& held_;
    const model::ServerSettings& server_;
    sys_seconds now_;
    schedule::Step step_;
};

}  // namespace

DomainStatus domain_status(const model::ManagedDomain& wanted, const model::ObservedDomain& held,
                           const model::ServerSettings& server, sys_seconds now,
                           const model::Log& attempts, bool whole) {
    return Subject(wanted, held, server, now).described(attempts, whole);
}

}  // namespace md::admin

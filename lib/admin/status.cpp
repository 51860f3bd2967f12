// SPDX-License-Identifier: Apache-2.0
#include "admin/status.hpp"

#include "admin/advice.hpp"
#include "admin/history.hpp"
#include "admin/status_table.hpp"
#include "base/error.hpp"
#include "base/printable.hpp"
#include "base/time_text.hpp"
#include "deploy/paths.hpp"
#include "json/members.hpp"
#include "notify/events.hpp"
#include "notify/messages.hpp"
#include "notify/proof.hpp"
#include "schedule/renewal.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <string_view>

namespace md::admin {
namespace {

using nlohmann::json;
using schedule::Rule;

void put(json& object, const char* key, const std::optional<sys_seconds>& time) {
    if (time)
        object[key] = base::http_date(*time);
}

void put(json& object, const char* key, const std::string& text) {
    if (!text.empty())
        object[key] = base::printable(text);
}

json printable_list(const std::vector<std::string>& texts) {
    json list = json::array();
    for (const std::string& text : texts)
        list.push_back(base::printable(text));
    return list;
}

json validity_json(sys_seconds from, sys_seconds until) {
    return {{"from", base::http_date(from)}, {"until", base::http_date(until)}};
}

json key_json(const model::KeySpec& key) {
    if (key.type == model::KeySpec::Type::rsa)
        return {{"type", "RSA"}, {"bits", key.bits}};
    return {{"type", "EC"}, {"curve", key.curve}};
}

json attempts_json(const std::string& name, const model::Attempts& attempts,
                   const model::Log& log) {
    json result{{"name", name},
                {"finished", attempts.finished},
                {"notified", false},
                {"errors", attempts.errors}};
    put(result, "next-run", attempts.next_run);
    put(result, "last-run", attempts.last_run);
    result["log"] = {{"entries", history_json(log)}};
    return result;
}

// One managed domain: what is wanted and held, and what follows from it.
class Subject {
public:
    Subject(const model::ManagedDomain& wanted, const model::ObservedDomain& held,
            const model::ServerSettings& server, sys_seconds now, const model::Log& log)
        : wanted_(wanted),
          held_(held),
          server_(server),
          now_(now),
          log_(log),
          step_(schedule::plan_domain(wanted, held, now)) {}

    // `whole`: with what is of use only when somebody asked for this one.
    json described(bool whole) const {
        json result;
        put_configuration(result);
        put_state(result);
        put_certificates(result);
        put_work(result);
        put_notification(result);
        put_served(result);
        if (!whole)
            return result;
        put_members(result);
        put_proofs(result);
        put_files(result);
        return result;
    }

private:
    void put_members(json& result) const {
        for (const model::Member& member : wanted_.members)
            result["members"].push_back({{"name", member.name.text()},
                                         {"configured-at", base::printable(member.origin.text())}});
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

    void put_proofs(json& result) const {
        result["proofs"] = json::array();
        for (model::ChallengeType type : wanted_.settings->challenges) {
            json proof{{"type", model::wire_name(type)}};
            put(proof, "obstacle", reason_no_proof(type));
            result["proofs"].push_back(std::move(proof));
        }
    }

    // Where servers find them (DESIGN §3).
    void put_files(json& result) const {
        if (!result.contains("cert"))
            return;
        for (const model::CertificateFacts& facts : held_.certificates) {
            json& entry = result["cert"][facts.key.name()];
            const auto paths = deploy::served_paths(server_.store_dir, wanted_.name(), facts.key);
            put(entry, "certificate-file", paths.certificate);
            put(entry, "key-file", paths.key);
        }
    }

    void put_configuration(json& result) const {
        const model::Settings& settings = *wanted_.settings;
        result["name"] = wanted_.name();
        for (const model::Member& member : wanted_.members)
            result["domains"].push_back(member.name.text());
        result["contacts"] = printable_list(settings.common().contacts);
        result["transitive"] = static_cast<int>(settings.members);
        result["ca"] = {{"proto", "ACME"}, {"urls", printable_list(settings.directory_urls())}};
        put(result["ca"], "agreement", settings.common().agreement);
        for (model::ChallengeType type : settings.challenges)
            result["ca"]["challenges"].push_back(model::wire_name(type));
        for (const model::KeySpec& key : settings.keys)
            result["privkey"].push_back(key_json(key));
        result["renew-mode"] = static_cast<int>(settings.drive_mode);
        result["renew-window"] = settings.renew_window.text();
        result["must-staple"] = settings.must_staple;
        put(result, "profile", base::printable(settings.common().profile));
        if (settings.common().profile_mandatory)
            result["profile-mandatory"] = true;
        if (settings.require_https != model::RequireHttps::off)
            result["require-https"] = settings.require_https == model::RequireHttps::temporary
                                          ? "temporary"
                                          : "permanent";
        put(result, "configured-at", wanted_.origin.text());
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

    void put_state(json& result) const {
        auto [word, why] = state();
        result["state"] = word;
        put(result, "state-descr", why);
        put(result, "damage", *held_.damage);
        put(result, "former-files", *held_.former_files);
    }

    void put_certificates(json& result) const {
        if (held_.certificates.empty())
            return;
        json& certificates = result["cert"];
        sys_seconds from = held_.certificates.front().not_before;
        for (const model::CertificateFacts& facts : held_.certificates) {
            json& entry = certificates[facts.key.name()];
            entry["key"] = facts.key.text();
            put(entry, "issuer-name", *facts.issuer);
            put(entry, "serial", facts.serial);
            put(entry, "sha256-fingerprint", facts.fingerprint.text());
            entry["valid"] = validity_json(facts.not_before, facts.not_after);
            from = std::max(from, facts.not_before);
        }
        auto until = schedule::valid_until(wanted_, held_);
        if (until)
            certificates["valid"] = validity_json(from, *until);
        put(result, "issued-by-profile", base::printable(*held_.state.profile));
    }

    void put_work(json& result) const {
        result["watched"] = step_.action != schedule::Action::none;
        result["renew"] = step_.due(now_) || struggling();
        json& next = result["next-action"];
        next = {{"action", step_.action == schedule::Action::issue ? "issue" : "none"},
                {"due", step_.due(now_)},
                {"rule", schedule::word(step_.rule)}};
        put(next, "reason", step_.reason);
        put(next, "at", step_.at);
        if (step_.rule == Rule::renew_window)
            put(result, "renew-at", step_.at);
        if (!held_.attempts)
            return;
        result["renewal"] = attempts_json(wanted_.name(), *held_.attempts, log_);
        if (!held_.attempts->finished && held_.attempts->last_failure)
            put_problem(result["last-problem"], *held_.attempts->last_failure);
    }

    bool is_expired() const {
        return std::any_of(held_.certificates.begin(), held_.certificates.end(),
                           [&](const auto& one) { return one.not_after <= now_; });
    }

    void put_problem(json& result, const model::Failure& failure) const {
        put(result, "stage", failure.stage);
        put(result, "problem", failure.problem);
        put(result, "detail", failure.detail);
        result["class"] = model::word(failure.failure_class);
        result["at"] = base::http_date(failure.at);
        result["errors"] = held_.attempts->errors;
        put(result, "cause", std::string(model::word(failure.cause)));
        result["advice"] = is_expired() ? advice_for_expired(wanted_.name()) + " " +
                                              advice_for(failure, wanted_.name())
                                        : advice_for(failure, wanted_.name());
    }

    void put_served(json& result) const {
        notify::Proof proof = notify::proof_of(server_, wanted_, held_);
        if (proof == notify::Proof::none)
            return;
        json& served = result["served"];
        served["state"] = notify::word(proof);
        for (const model::ServedAt& place : wanted_.settings->served_at)
            served["at"].push_back(base::printable(place.place()));
        const model::Served& seen = *held_.delivery->served;
        put(served, "instead", seen.instead);
        put(served, "last-look", seen.last);
        if (proof != notify::Proof::issued)
            put(served, "next-look", seen.next);
        served["notified-again"] = seen.told_again;
    }

    void put_notification(json& result) const {
        json& notification = result["notification"];
        notification["state"] = "none";
        if (!server_.tells() || !held_.state.recorded)
            return;
        auto failed = notify::failed_call(server_, *held_.delivery);
        notification["state"] = failed                                      ? "failed"
                                : notify::is_told(server_, *held_.delivery) ? "done"
                                                                            : "pending";
        if (!failed)
            return;
        put(notification, "next", failed->next);
        notification["errors"] = failed->errors;
        notification["command"] = failed->directive;
        put(notification, "reason", failed->why);
    }

    const model::ManagedDomain& wanted_;
    const model::ObservedDomain& held_;
    const model::ServerSettings& server_;
    sys_seconds now_;
    const model::Log& log_;  // of the attempts
    schedule::Step step_;
};

json frame_of(const Selection& selection) {
    json result{{"version", MDCERTD_VERSION}};
    for (const std::string& name : selection.unknown)
        result["unknown-names"].push_back(base::printable(name));
    return result;
}

model::Log log_of_attempts(const model::ObservedDomain& held, const model::ManagedDomain& wanted,
                           const ReadLog& read_log) {
    return held.attempts && read_log ? read_log(wanted.name()) : model::Log();
}

}  // namespace

Selection select(const model::DesiredState& desired, const std::vector<std::string>& names) {
    Selection selection;
    std::vector<std::optional<model::Identifier>> parsed;
    for (const std::string& text : names) {
        auto name = model::Identifier::parse(text);
        parsed.push_back(name ? std::optional(*name) : std::nullopt);
    }
    std::vector<bool> known(names.size());
    for (const model::ManagedDomain& domain : desired.domains) {
        bool selected = names.empty();
        for (std::size_t i = 0; i < names.size(); ++i)
            if (parsed[i] && domain.covers(*parsed[i]))
                known[i] = selected = true;
        if (selected)
            selection.domains.push_back(&domain);
    }
    for (std::size_t i = 0; i < names.size(); ++i)
        if (!known[i])
            selection.unknown.push_back(names[i]);
    return selection;
}

std::vector<const model::ManagedDomain*> select_known(const model::DesiredState& desired,
                                                      const std::vector<std::string>& names) {
    Selection selection = select(desired, names);
    if (!selection.unknown.empty())
        throw base::Error("no managed domain has the name '" +
                          base::printable(selection.unknown.front()) + "'");
    return std::move(selection.domains);
}

json domain_status(const model::ManagedDomain& wanted, const model::ObservedDomain& held,
                   const model::ServerSettings& server, sys_seconds now, const model::Log& attempts,
                   bool whole) {
    return Subject(wanted, held, server, now, attempts).described(whole);
}

json status_json(const model::DesiredState& desired, const model::ObservedState& observed,
                 sys_seconds now, const std::vector<std::string>& names, const ReadLog& read_log) {
    Selection selection = select(desired, names);
    json result = frame_of(selection);
    result["managed-domains"] = json::array();
    for (const model::ManagedDomain* domain : selection.domains) {
        const model::ObservedDomain& held = observed.of(domain->name());
        result["managed-domains"].push_back(domain_status(*domain, held, desired.server, now,
                                                          log_of_attempts(held, *domain, read_log),
                                                          !names.empty()));
    }
    return result;
}

std::string status_document(const model::DesiredState& desired,
                            const model::ObservedState& observed, sys_seconds now,
                            const std::vector<std::string>& names, const json& more,
                            const ReadLog& read_log) {
    Selection selection = select(desired, names);
    std::string text = "{\"managed-domains\":[";
    for (const model::ManagedDomain* domain : selection.domains) {
        const model::ObservedDomain& held = observed.of(domain->name());
        text += text.ends_with('[') ? "" : ",";
        text += domain_status(*domain, held, desired.server, now,
                              log_of_attempts(held, *domain, read_log), !names.empty())
                    .dump();
    }
    json frame = frame_of(selection);
    frame.update(more);
    return text + "]," + frame.dump().substr(1);
}

bool keep_failing(json& status) {
    const auto whole = md::json::Members::printable(status);
    const bool daemon_runs = whole.text("daemon") == "running";
    json failing = json::array();
    if (const json* domains = whole.find("managed-domains"))
        for (const json& domain : *domains)
            if (in_trouble(domain, daemon_runs))
                failing.push_back(domain);
    const bool is_any = !failing.empty() || !whole.text("reload-problem").empty();
    status["managed-domains"] = std::move(failing);
    return is_any;
}

}  // namespace md::admin

// SPDX-License-Identifier: Apache-2.0
#include "admin/domain_json.hpp"

#include "admin/history.hpp"
#include "base/time_text.hpp"
#include "json/members.hpp"

#include <nlohmann/json.hpp>

namespace md::admin {
namespace {

using md::json::Members;
using nlohmann::json;

void put(json& object, const char* key, const std::optional<sys_seconds>& time) {
    if (time)
        object[key] = base::http_date(*time);
}

void put(json& object, const char* key, const std::string& text) {
    if (!text.empty())
        object[key] = text;
}

json validity_json(const Validity& valid) {
    json result = json::object();
    put(result, "from", valid.from);
    put(result, "until", valid.until);
    return result;
}

json key_json(const model::KeySpec& key) {
    if (key.type == model::KeySpec::Type::rsa)
        return {{"type", "RSA"}, {"bits", key.bits}};
    return {{"type", "EC"}, {"curve", key.curve}};
}

void put_configuration(json& result, const DomainStatus& status) {
    const ConfiguredStatus& configured = status.configured;
    result["name"] = status.name;
    for (const std::string& name : status.names)
        result["domains"].push_back(name);
    result["contacts"] = configured.contacts;
    result["transitive"] = configured.transitive;
    result["ca"] = {{"proto", "ACME"}, {"urls", status.ca.urls}};
    put(result["ca"], "agreement", status.ca.agreement);
    for (const std::string& type : status.ca.challenges)
        result["ca"]["challenges"].push_back(type);
    for (const model::KeySpec& key : configured.keys)
        result["privkey"].push_back(key_json(key));
    result["renew-mode"] = configured.renew_mode;
    result["renew-window"] = configured.renew_window;
    result["must-staple"] = configured.must_staple;
    put(result, "profile", configured.profile);
    if (configured.profile_mandatory)
        result["profile-mandatory"] = true;
    put(result, "require-https", configured.require_https);
    put(result, "configured-at", configured.at);
}

void put_certificates(json& result, const DomainStatus& status) {
    for (const HeldCertificate& held : status.certificates) {
        json& entry = result["cert"][held.key_name];
        entry["key"] = held.key;
        put(entry, "issuer-name", held.issuer);
        put(entry, "serial", held.serial);
        put(entry, "sha256-fingerprint", held.fingerprint);
        entry["valid"] = validity_json(held.valid);
        put(entry, "certificate-file", held.certificate_file);
        put(entry, "key-file", held.key_file);
    }
    if (status.valid)
        result["cert"]["valid"] = validity_json(*status.valid);
    put(result, "issued-by-profile", status.issued_by_profile);
}

json next_json(const NextAction& next) {
    json result{{"action", next.action}, {"due", next.due}, {"rule", next.rule}};
    put(result, "reason", next.reason);
    put(result, "at", next.at);
    return result;
}

json renewal_json(const std::string& name, const RenewalStatus& renewal) {
    json result{{"name", name},
                {"finished", renewal.finished},
                {"notified", false},
                {"errors", renewal.errors}};
    put(result, "next-run", renewal.next_run);
    put(result, "last-run", renewal.last_run);
    result["log"] = {{"entries", history_json(renewal.log)}};
    return result;
}

json problem_json(const LastProblem& problem) {
    json result{
        {"class", problem.failure_class}, {"errors", problem.errors}, {"advice", problem.advice}};
    put(result, "stage", problem.stage);
    put(result, "problem", problem.problem);
    put(result, "detail", problem.detail);
    put(result, "at", problem.at);
    put(result, "cause", problem.cause);
    return result;
}

json notification_json(const NotificationStatus& notification) {
    json result{{"state", notification.state}};
    if (notification.state != "failed")
        return result;
    put(result, "next", notification.next);
    result["errors"] = notification.errors;
    result["command"] = notification.command;
    put(result, "reason", notification.reason);
    return result;
}

json served_json(const ServedStatus& served) {
    json result{{"state", served.state}, {"notified-again", served.notified_again}};
    for (const std::string& place : served.places)
        result["at"].push_back(place);
    put(result, "instead", served.instead);
    put(result, "last-look", served.last_look);
    put(result, "next-look", served.next_look);
    return result;
}

void put_whole(json& result, const DomainStatus& status) {
    if (status.members)
        for (const MemberStatus& member : *status.members)
            result["members"].push_back(
                {{"name", member.name}, {"configured-at", member.configured_at}});
    if (!status.proofs)
        return;
    result["proofs"] = json::array();
    for (const ProofStatus& proof : *status.proofs) {
        json one{{"type", proof.type}};
        put(one, "obstacle", proof.obstacle);
        result["proofs"].push_back(std::move(one));
    }
}

Validity read_validity(const Members& told) {
    return {told.date("from"), told.date("until")};
}

HeldCertificate read_certificate(const std::string& key_name, const Members& told) {
    return {key_name,
            told.text("key"),
            told.text("issuer-name"),
            told.text("serial"),
            told.text("sha256-fingerprint"),
            read_validity(told.object("valid")),
            told.text("certificate-file"),
            told.text("key-file")};
}

void read_certificates(DomainStatus& status, const Members& told) {
    for (const auto& [key_name, one] : told.all())
        if (key_name != "valid")
            status.certificates.push_back(read_certificate(key_name, one));
    if (told.has_object("valid"))
        status.valid = read_validity(told.object("valid"));
}

NextAction read_next(const Members& told) {
    return {told.text("action"), told.flag("due"), told.text("rule"), told.text("reason"),
            told.date("at")};
}

LastProblem read_problem(const Members& told) {
    return {told.text("stage"), told.text("problem"), told.text("detail"), told.text("class"),
            told.date("at"),    told.count("errors"), told.text("cause"),  told.text("advice")};
}

NotificationStatus read_notification(const Members& told) {
    return {told.text("state"), told.date("next"), told.count("errors"), told.text("command"),
            told.text("reason")};
}

ServedStatus read_served(const Members& told) {
    return {told.text("state"),     told.texts("at"),       told.text("instead"),
            told.date("last-look"), told.date("next-look"), told.flag("notified-again")};
}

void read_whole(DomainStatus& status, const Members& told) {
    if (told.has_list("members"))
        status.members.emplace();
    for (const Members& one : told.list("members"))
        status.members->push_back({one.text("name"), one.text("configured-at")});
    if (told.has_list("proofs"))
        status.proofs.emplace();
    for (const Members& one : told.list("proofs"))
        status.proofs->push_back({one.text("type"), one.text("obstacle")});
}

}  // namespace

json domain_json(const DomainStatus& status) {
    json result;
    put_configuration(result, status);
    result["state"] = status.state;
    put(result, "state-descr", status.state_reason);
    put(result, "damage", status.damage);
    put(result, "former-files", status.former_files);
    put_certificates(result, status);
    result["watched"] = status.watched;
    result["renew"] = status.renew;
    result["next-action"] = next_json(status.next);
    put(result, "renew-at", status.renew_at);
    if (status.renewal)
        result["renewal"] = renewal_json(status.name, *status.renewal);
    if (status.last_problem)
        result["last-problem"] = problem_json(*status.last_problem);
    result["notification"] = notification_json(status.notification);
    if (status.served)
        result["served"] = served_json(*status.served);
    put_whole(result, status);
    return result;
}

DomainStatus read_domain(const json& told) {
    const Members md = Members::printable(told);
    const Members ca = md.object("ca");
    DomainStatus status;
    status.name = md.text("name");
    status.names = md.texts("domains");
    status.configured.contacts = md.texts("contacts");
    status.configured.renew_mode = static_cast<int>(md.number("renew-mode").value_or(-1));
    status.configured.renew_window = md.text("renew-window");
    status.configured.profile = md.text("profile");
    status.configured.profile_mandatory = md.flag("profile-mandatory");
    status.configured.at = md.text("configured-at");
    status.ca = {ca.texts("urls"), ca.text("agreement"), ca.texts("challenges")};
    status.state = md.text("state");
    status.state_reason = md.text("state-descr");
    status.damage = md.text("damage");
    status.former_files = md.text("former-files");
    read_certificates(status, md.object("cert"));
    status.issued_by_profile = md.text("issued-by-profile");
    status.watched = md.flag("watched");
    status.renew = md.flag("renew");
    status.next = read_next(md.object("next-action"));
    status.renew_at = md.date("renew-at");
    if (md.has_object("last-problem"))
        status.last_problem = read_problem(md.object("last-problem"));
    status.notification = read_notification(md.object("notification"));
    if (md.has_object("served"))
        status.served = read_served(md.object("served"));
    read_whole(status, md);
    return status;
}

std::vector<DomainStatus> read_domains(const json& told) {
    std::vector<DomainStatus> domains;
    const json* list = Members(told).find("managed-domains");
    if (list != nullptr && list->is_array())
        for (const json& domain : *list)
            domains.push_back(read_domain(domain));
    return domains;
}

}  // namespace md::admin

// SPDX-License-Identifier: Apache-2.0
#include "store/index_record.hpp"

#include "store/json_record.hpp"

namespace md::store {
namespace {

using model::CertificateFacts;

long long seconds_of(model::sys_seconds time) {
    return time.time_since_epoch().count();
}

model::sys_seconds time_of(const Members& members, const char* key) {
    return model::sys_seconds{std::chrono::seconds{members.number(key).value_or(0)}};
}

void put_chain(Json& json, const model::ChainFacts& chain) {
    json["chain"] = {{"size", chain.size}, {"length", chain.length}};
    if (chain.not_after)
        json["chain"]["until"] = seconds_of(*chain.not_after);
    put(json["chain"], "flaw", chain.flaw);
}

model::ChainFacts chain_of(const Members& members) {
    model::ChainFacts chain;
    chain.size = members.count("size");
    chain.length = members.count("length");
    if (members.find("until") != nullptr)
        chain.not_after = time_of(members, "until");
    chain.flaw = members.text("flaw");
    return chain;
}

Json certificate_json(const CertificateFacts& facts) {
    Json json;
    put(json, "curve", facts.key.curve);
    json["bits"] = facts.key.bits;
    for (const model::Identifier& name : facts.names)
        json["names"].push_back(name.text());
    json["from"] = seconds_of(facts.not_before);
    json["until"] = seconds_of(facts.not_after);
    json["must-staple"] = facts.must_staple;
    put(json, "issuer", *facts.issuer);
    put(json, "serial", facts.serial);
    put(json, "sha256", facts.fingerprint.text());
    put_chain(json, *facts.chain);
    return json;
}

CertificateFacts certificate_of(const Members& members) {
    CertificateFacts facts;
    std::string curve = members.text("curve");
    facts.key = curve.empty() ? model::KeySpec::rsa(members.count("bits"))
                              : model::KeySpec::ec(std::move(curve));
    for (const std::string& text : members.texts("names"))
        if (auto name = model::Identifier::parse(text))
            facts.names.push_back(std::move(*name));
        else
            members.wrong("names", "has one that is neither a domain name nor an address");
    facts.not_before = time_of(members, "from");
    facts.not_after = time_of(members, "until");
    facts.must_staple = members.flag("must-staple");
    facts.issuer = members.text("issuer");
    facts.serial = members.text("serial");
    facts.chain = chain_of(members.object("chain"));
    if (auto fingerprint = model::Fingerprint::parse(members.text("sha256")))
        facts.fingerprint = *fingerprint;
    else
        members.wrong("sha256", "is no SHA-256");
    return facts;
}

template <typename Job>
std::optional<Job> job_at(const Members& members, const char* key, Damage& damage,
                          Parsed<Job> (*parse)(const Json&)) {
    const Json* json = members.find(key);
    if (json == nullptr)
        return std::nullopt;
    auto job = json->is_object() ? parse(*json) : Parsed<Job>(Damage{"a job is no object"});
    if (job)
        return std::move(*job);
    damage = job.error();
    return std::nullopt;
}

IndexEntry entry_of(const Json& json, Damage& damage) {
    Members members(json, &damage.why);
    IndexEntry entry{members.text("name"), members.digest("version"), {}};
    if (const Json* certificates = members.find("certificates"))
        for (const Json& one : *certificates)
            entry.held.certificates.push_back(certificate_of(Members(one, &damage.why)));
    entry.held.former_files = members.text("former-files");
    if (auto live = job_at(members, "job", damage, live_job_of)) {
        entry.held.state = std::move(live->state);
        entry.held.delivery = std::move(live->delivery);
    }
    entry.held.state.ca_url = members.text("ca-url");
    if (auto staged = job_at(members, "staged-job", damage, staged_job_of)) {
        entry.held.attempts = std::move(staged->attempts);
        entry.held.delivery.edit().attempts = staged->told;
    }
    return entry;
}

Json indexed_json(const IndexEntry& entry) {
    const model::ObservedDomain& held = entry.held;
    Json json{{"name", entry.name}, {"version", std::to_string(entry.version)}};
    for (const CertificateFacts& facts : held.certificates)
        json["certificates"].push_back(certificate_json(facts));
    put(json, "former-files", *held.former_files);
    put(json, "ca-url", *held.state.ca_url);
    json["job"] = job_json(entry.name, LiveJob{held.state, *held.delivery});
    if (held.attempts)
        json["staged-job"] =
            job_json(entry.name, StagedJob{*held.attempts, held.delivery->attempts});
    return json;
}

}  // namespace

Parsed<std::vector<IndexEntry>> parse_index(std::string_view text) {
    auto json = parse_object(text);
    if (!json)
        return json.error();
    std::vector<IndexEntry> entries;
    Damage damage;
    const Json* list = Members(*json, &damage.why).find("entries");
    for (const Json& one : list == nullptr ? Json::array() : *list) {
        if (!one.is_object())
            return Damage{"an entry is no object"};
        entries.push_back(entry_of(one, damage));
        if (!damage.why.empty())
            return damage;
    }
    return entries;
}

std::string to_text(const std::vector<IndexEntry>& entries) {
    Json json;
    json["entries"] = Json::array();
    for (const IndexEntry& entry : entries)
        json["entries"].push_back(indexed_json(entry));
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace md::store

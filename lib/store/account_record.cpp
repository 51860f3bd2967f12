// SPDX-License-Identifier: Apache-2.0
// account.json and order.json.
#include "store/json_record.hpp"

#include <array>

namespace md::store {
namespace {

struct StatusWord {
    AccountStatus status;
    const char* word;
};
constexpr std::array<StatusWord, 3> status_words = {{{AccountStatus::valid, "valid"},
                                                     {AccountStatus::deactivated, "deactivated"},
                                                     {AccountStatus::revoked, "revoked"}}};

// Of mod_md's files, which know one.
model::MacAlgorithm algorithm_named(const std::string& word) {
    return model::mac_algorithm_named(word).value_or(model::MacAlgorithm::hs256);
}

}  // namespace

Parsed<AccountRecord> parse_account(std::string_view text) {
    auto json = parse_object(text);
    if (!json)
        return json.error();
    Damage damage;
    Members account(*json, &damage.why);
    AccountRecord record;
    // No status, as in files of version 1.0, or another word: not known to be valid.
    std::string status = account.text("status");
    for (const StatusWord& entry : status_words)
        if (status == entry.word)
            record.status = entry.status;
    record.url = account.text("url");
    record.ca_url = account.text("ca-url");
    record.contacts = account.texts("contact");
    record.orders = account.text("orders");
    record.agreement = account.text("agreement");
    if (record.agreement.empty())
        record.agreement = account.text("terms-of-service");
    if (Members eab = account.object("eab"); eab.find("kid") != nullptr)
        record.eab = {eab.text("kid"), eab.text("hmac"), algorithm_named(eab.text("alg"))};
    // Without a URL it is an account whose registration was begun; it can only be of no status.
    if (record.url.empty() && record.status != AccountStatus::unknown)
        account.wrong("url", "is missing");
    if (record.ca_url.empty())
        account.wrong("ca-url", "is missing");
    if (!damage.why.empty())
        return damage;
    return record;
}

std::string to_text(const AccountRecord& record) {
    Json json;
    for (const StatusWord& entry : status_words)
        if (record.status == entry.status)
            json["status"] = entry.word;
    json["url"] = record.url;
    json["ca-url"] = record.ca_url;
    put(json, "contact", record.contacts);
    put(json, "orders", record.orders);
    put(json, "agreement", record.agreement);
    if (record.eab) {
        json["eab"]["kid"] = record.eab->kid;
        json["eab"]["hmac"] = record.eab->hmac;
        if (record.eab->algorithm != model::MacAlgorithm::hs256)
            json["eab"]["alg"] = model::wire_name(record.eab->algorithm);
    }
    return json_text(json);
}

Parsed<OrderRecord> parse_order(std::string_view text) {
    auto json = parse_object(text);
    if (!json)
        return json.error();
    Damage damage;
    Members order(*json, &damage.why);
    OrderRecord record;
    record.url = order.text("url");
    record.status = order.text("status");
    record.authorizations = order.texts("authorizations");
    record.challenge_setups = order.texts("challenge-setups");
    record.finalize = order.text("finalize");
    record.certificate = order.text("certificate");
    if (record.url.empty())
        order.wrong("url", "is missing");
    if (!damage.why.empty())
        return damage;
    return record;
}

std::string to_text(const OrderRecord& record) {
    Json json;
    json["url"] = record.url;
    put(json, "status", record.status);
    put(json, "authorizations", record.authorizations);
    put(json, "challenge-setups", record.challenge_setups);
    put(json, "finalize", record.finalize);
    put(json, "certificate", record.certificate);
    return json_text(json);
}

}  // namespace md::store

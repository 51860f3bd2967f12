// SPDX-License-Identifier: Apache-2.0
#include "acme/messages.hpp"

#include "acme/error.hpp"
#include "acme/json_text.hpp"
#include "base/base64url.hpp"
#include "base/time_text.hpp"
#include "model/settings.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace md::acme {
namespace {

using md::json::Members;
using md::json::ParsedText;
using nlohmann::json;

constexpr auto replaced = json::error_handler_t::replace;  // octets that are not UTF-8

constexpr std::size_t most_items = 1000;  // authorizations of an order, challenges, identifiers

template <typename Status>
struct Word {
    Status status;
    std::string_view word;
};
constexpr std::array<Word<OrderStatus>, 5> order_words = {{{OrderStatus::pending, "pending"},
                                                           {OrderStatus::ready, "ready"},
                                                           {OrderStatus::processing, "processing"},
                                                           {OrderStatus::valid, "valid"},
                                                           {OrderStatus::invalid, "invalid"}}};
constexpr std::array<Word<AuthorizationStatus>, 7> authorization_words = {
    {{AuthorizationStatus::pending, "pending"},
     {AuthorizationStatus::processing, "processing"},
     {AuthorizationStatus::valid, "valid"},
     {AuthorizationStatus::invalid, "invalid"},
     {AuthorizationStatus::deactivated, "deactivated"},
     {AuthorizationStatus::expired, "expired"},
     {AuthorizationStatus::revoked, "revoked"}}};
constexpr std::array<Word<ChallengeStatus>, 4> challenge_words = {
    {{ChallengeStatus::pending, "pending"},
     {ChallengeStatus::processing, "processing"},
     {ChallengeStatus::valid, "valid"},
     {ChallengeStatus::invalid, "invalid"}}};

constexpr std::size_t longest_url = 2048;

std::optional<http::Url> resolved(std::string_view text, const UrlRule& rule) {
    if (text.size() > longest_url)
        return std::nullopt;
    return rule.base ? rule.base->resolve(text) : http::Url::parse(text);
}

bool is_url(std::string_view text, const UrlRule& rule) {
    return resolved(text, rule).has_value();
}

template <typename Words>
auto status_of(const Members& object, const Words& words, const std::string& resource) {
    std::string text = object.text("status");
    for (const auto& entry : words)
        if (entry.word == text)
            return entry.status;
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    throw ProtocolError("the CA's " + resource + " has the unknown status '" + masked(text, 40) +
                        "'");
}

template <typename Words, typename Status>
std::string_view word_of(const Words& words, Status status) {
    for (const auto& entry : words)
        if (entry.status == status)
            return entry.word;
    return {};
}

ParsedText object_of(std::string_view body, const std::string& resource) {
    auto parsed = parse_json(body);
    if (!parsed || !parsed->members().is_object()) {
        std::string shown = first_lines(body);
        throw ProtocolError("the CA's " + resource + " is not a JSON object" +
                            (shown.empty() ? "" : ": " + shown));
    }
    return std::move(*parsed);
}

// An absent list is an empty one.
const json& array_of(const Members& object, const char* name, const char* resource) {
    static const json nothing = json::array();
    const json* found = object.find(name);
    if (found == nullptr)
        return nothing;
    if (!found->is_array() || found->size() > most_items)
        throw ProtocolError("the CA's " + std::string(resource) + " has no proper '" + name + "'");
    return *found;
}

http::Url url_of(const Members& object, const char* name, UrlRule rule,
                 const std::string& resource) {
    return parse_url(object.text(name), rule, "the CA's " + resource + ", '" + name + "'");
}

std::optional<http::Url> optional_url(const Members& object, const char* name, UrlRule rule,
                                      const std::string& resource) {
    if (!object.has(name))
        return std::nullopt;
    return url_of(object, name, rule, resource);
}

// What is not known yet is "" in the JSON of some servers.
std::optional<http::Url> order_url(const Members& object, const char* name, UrlRule rule) {
    const json* found = object.find(name);
    if (found != nullptr && *found == "")
        return std::nullopt;
    return optional_url(object, name, std::move(rule), "order");
}

std::optional<Problem> problem_of(const Members& object) {
    if (!object.has_object("error"))
        return std::nullopt;
    const std::string body = object.find("error")->dump(-1, ' ', true, replaced);
    return parse_problem(body, object.object("error").count("status"));
}

// RFC 8555 §7.1.6: a challenge begins as pending.
ChallengeStatus challenge_status(const Members& object) {
    return object.has("status") ? status_of(object, challenge_words, "challenge")
                                : ChallengeStatus::pending;
}

model::Checked<model::Identifier> identifier_of(const Members& object) {
    return model::Identifier::from_wire(object.text("type"), object.text("value"));
}

// An identifier in the one form that they are compared in (RFC 4343, RFC 5952); what is none as it
// is.
std::string canonical(const Members& identifier) {
    auto known = identifier_of(identifier);
    return known ? known->text() : identifier.text("value");
}

// A challenge of a type we know, or nullopt: others may look as they like.
std::optional<Challenge> challenge_of(const json& value, const UrlRule& rule) {
    if (value.is_null())
        return std::nullopt;
    if (!value.is_object())
        throw ProtocolError("the CA's authorization has a challenge that is no object");
    const Members object(value);
    if (!model::challenge_type_named(object.text("type")))
        return std::nullopt;
    std::string token = object.text("token");
    if (!token.empty() && !token_is_sound(token))
        throw ProtocolError("the CA's challenge has a token that is not base64url of 128 bits");
    bool has_url = is_url(object.text("url"), rule);
    if (token.empty() || !has_url)
        return std::nullopt;
    return Challenge{object.text("type"), url_of(object, "url", rule, "challenge"),
                     challenge_status(object), token, problem_of(object)};
}

// Of a profile without a text that can be shown the name alone is known.
std::vector<Profile> profiles_of(const Members& meta) {
    std::vector<Profile> profiles;
    if (!meta.has_object("profiles"))
        return profiles;
    for (const auto& [name, description] : meta.find("profiles")->items())
        if (!name.empty() && profiles.size() < most_items)
            profiles.push_back(
                {name, description.is_string() ? description.get<std::string>() : ""});
    return profiles;
}

}  // namespace

std::string_view word(OrderStatus status) {
    return word_of(order_words, status);
}

std::string_view word(AuthorizationStatus status) {
    return word_of(authorization_words, status);
}

std::optional<http::Url> allowed_url(std::string_view text, const UrlRule& rule) {
    auto url = resolved(text, rule);
    bool allowed = url && (url->is_https() || rule.http_allowed) && url->user_info().empty();
    return allowed ? url : std::nullopt;
}

http::Url parse_url(std::string_view text, UrlRule rule, const std::string& what) {
    auto url = allowed_url(text, rule);
    if (!url)
        throw ProtocolError(what + ": '" + masked(text, 120) + "' is not an https URL");
    return std::move(*url);
}

bool token_is_sound(std::string_view token) {
    return token.size() >= 22 && token.size() <= 256 && base::is_base64url(token);
}

Directory parse_directory(std::string_view body, UrlRule rule) {
    const ParsedText document = object_of(body, "directory");
    const Members object = document.members();
    Directory directory{url_of(object, "newNonce", rule, "directory"),
                        url_of(object, "newAccount", rule, "directory"),
                        url_of(object, "newOrder", rule, "directory"),
                        optional_url(object, "revokeCert", rule, "directory"),
                        optional_url(object, "keyChange", rule, "directory"),
                        optional_url(object, "renewalInfo", rule, "directory"),
                        {},
                        false,
                        {},
                        {}};
    const Members meta = object.object("meta");
    directory.terms_of_service = meta.text("termsOfService");
    directory.external_account_required = meta.flag("externalAccountRequired");
    directory.caa_identities = meta.texts("caaIdentities");
    directory.profiles = profiles_of(meta);
    return directory;
}

Order parse_order(std::string_view body, http::Url url, UrlRule rule) {
    const ParsedText document = object_of(body, "order");
    const Members object = document.members();
    Order order;
    rule.base = url;
    order.url = std::move(url);
    order.status = status_of(object, order_words, "order");
    if (!object.has("identifiers") && !object.has("authorizations") &&
        order.status == OrderStatus::pending)
        throw ProtocolError("the CA's order has no proper 'identifiers' or 'authorizations'");
    for (const json& identifier : array_of(object, "identifiers", "order"))
        order.names.push_back(canonical(Members(identifier)));
    for (const json& entry : array_of(object, "authorizations", "order"))
        order.authorizations.push_back(parse_url(entry.is_string() ? entry.get<std::string>() : "",
                                                 rule, "the CA's order, 'authorizations'"));
    order.finalize = order_url(object, "finalize", rule);
    order.certificate = order_url(object, "certificate", rule);
    order.error = problem_of(object);
    order.profile = object.text("profile");
    return order;
}

Authorization parse_authorization(std::string_view body, UrlRule rule) {
    const ParsedText document = object_of(body, "authorization");
    const Members object = document.members();
    Authorization authorization;
    authorization.status = status_of(object, authorization_words, "authorization");
    authorization.wildcard = object.flag("wildcard");
    const Members identifier = object.object("identifier");
    const auto known = identifier_of(identifier);
    if (!known)
        throw ProtocolError("the CA's authorization is for '" +
                            masked(identifier.text("value"), 80) +
                            "', which is no domain name and no address");
    authorization.name = known->text();
    if (!object.has("challenges") && authorization.status == AuthorizationStatus::pending)
        throw ProtocolError("the CA's authorization has no proper 'challenges'");
    for (const json& entry : array_of(object, "challenges", "authorization"))
        if (auto challenge = challenge_of(entry, rule))
            authorization.challenges.push_back(std::move(*challenge));
    return authorization;
}

bool is_account_out_of_use(std::string_view body) {
    const auto account = parse_json(body);
    const std::string status = account ? account->members().text("status") : "";
    return status == "deactivated" || status == "revoked";
}

std::string new_account_payload(const std::vector<std::string>& contacts, bool agreed,
                                const std::string& binding) {
    json payload = json::object();
    if (agreed)
        payload["termsOfServiceAgreed"] = true;
    if (!contacts.empty())
        payload["contact"] = contacts;
    if (!binding.empty())
        payload["externalAccountBinding"] = json::parse(binding);
    return payload.dump();
}

std::string existing_account_payload() {
    return json{{"onlyReturnExisting", true}}.dump();
}

std::string binding_header(const model::ExternalAccountBinding& binding, std::string_view url) {
    return json{{"alg", model::wire_name(binding.algorithm)}, {"kid", binding.kid}, {"url", url}}
        .dump();
}

std::string contacts_payload(const std::vector<std::string>& contacts) {
    return json{{"contact", contacts}}.dump();
}

std::string new_order_payload(const std::vector<model::Identifier>& names,
                              const OrderTerms& terms) {
    json identifiers = json::array();
    for (const model::Identifier& name : names)
        identifiers.push_back({{"type", name.wire_type()}, {"value", name.text()}});
    json payload{{"identifiers", identifiers}};
    if (!terms.profile.empty())
        payload["profile"] = terms.profile;
    if (terms.not_after)
        payload["notAfter"] = base::rfc3339(*terms.not_after);
    return payload.dump();
}

std::string revocation_payload(std::string_view der_base64url, int reason) {
    json payload{{"certificate", der_base64url}};
    if (reason != 0)
        payload["reason"] = reason;
    return payload.dump();
}

std::string finalize_payload(std::string_view csr_base64url) {
    return json{{"csr", csr_base64url}}.dump();
}

}  // namespace md::acme

// SPDX-License-Identifier: Apache-2.0
// The resources of RFC 8555 §7.1 as values, read from hostile JSON and written. Pure. Reading
// throws ProtocolError that names the resource and the member; unknown members are ignored, a
// member that is null is one that is absent, unknown status words are errors.
#pragma once

#include "acme/problem.hpp"
#include "http/message.hpp"
#include "model/external_account.hpp"
#include "model/identifier.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace md::acme {

// Which URLs a CA may hand out: https, and http only when its directory is http. A relative one is
// of the resource that it stands in (RFC 3986 §5), where that is known.
struct UrlRule {
    bool http_allowed = false;
    std::optional<http::Url> base{};

    UrlRule within(http::Url resource) const { return {http_allowed, std::move(resource)}; }
};

// A kind of certificate that the CA offers (draft-ietf-acme-profiles).
struct Profile {
    std::string name;         // as the CA spells it
    std::string description;  // for people, or a URL
};

struct Directory {
    http::Url new_nonce, new_account, new_order;
    std::optional<http::Url> revoke_cert, key_change, renewal_info;
    std::string terms_of_service;  // URL, "" when the CA has none
    bool external_account_required = false;
    std::vector<std::string> caa_identities;  // what CAA records call it
    std::vector<Profile> profiles;
};

enum class OrderStatus { pending, ready, processing, valid, invalid };
enum class AuthorizationStatus {
    pending,
    processing,  // not in RFC 8555; Boulder has it since 2026-07: wait
    valid,
    invalid,
    deactivated,
    expired,
    revoked
};
enum class ChallengeStatus { pending, processing, valid, invalid };

struct Challenge {
    std::string type;  // "http-01", "tls-alpn-01" or "dns-01"
    http::Url url;
    ChallengeStatus status = ChallengeStatus::pending;
    std::string token;
    std::optional<Problem> error;
};

struct Authorization {
    std::string name;  // the identifier's text, without "*.", in its canonical form
    bool wildcard = false;
    AuthorizationStatus status = AuthorizationStatus::pending;
    std::vector<Challenge> challenges;  // only those of a known type
    std::optional<http::Url> url{};     // where it was fetched; not part of the JSON
};

struct Order {
    http::Url url;  // from the Location header; not part of the JSON
    OrderStatus status = OrderStatus::pending;
    std::vector<std::string> names;  // identifiers in their canonical form; {} = not told
    std::vector<http::Url> authorizations;
    std::optional<http::Url> finalize;
    std::optional<http::Url> certificate;
    std::optional<Problem> error;
    std::string profile{};  // "" = not told
};

// What an order asks for beside its names.
struct OrderTerms {
    std::string profile;  // in the directory's spelling; "" = as the CA chooses
    std::optional<std::chrono::sys_seconds> not_after;
};

std::string_view word(OrderStatus status);
std::string_view word(AuthorizationStatus status);

Directory parse_directory(std::string_view body, UrlRule rule);
Order parse_order(std::string_view body, http::Url url, UrlRule rule);
Authorization parse_authorization(std::string_view body, UrlRule rule);
// A URL of a header or a stored record, under the same rule; the first: nullopt when it is none.
std::optional<http::Url> allowed_url(std::string_view text, const UrlRule& rule);
http::Url parse_url(std::string_view text, UrlRule rule, const std::string& what);

// Tokens are octets from a stranger that become file names and URL paths elsewhere: only base64url,
// 128 bits at least (RFC 8555 §8.1), 256 characters at most.
bool token_is_sound(std::string_view token);

// Of the CA's account object (RFC 8555 §7.1.2): its status is deactivated or revoked. What is no
// such object is not.
bool is_account_out_of_use(std::string_view body);

// `binding`: a JWS as JSON text, or "" for none (RFC 8555 §7.3.4).
std::string new_account_payload(const std::vector<std::string>& contacts, bool agreed,
                                const std::string& binding = {});
// Of a newAccount that registers nothing (RFC 8555 §7.3.1).
std::string existing_account_payload();
// The protected header of a binding that is sent to `url`.
std::string binding_header(const model::ExternalAccountBinding& binding, std::string_view url);
std::string contacts_payload(const std::vector<std::string>& contacts);
std::string new_order_payload(const std::vector<model::Identifier>& names,
                              const OrderTerms& terms = {});
// `reason`: RFC 5280 §5.3.1; 0, which is "unspecified", is not sent.
std::string revocation_payload(std::string_view der_base64url, int reason);
std::string finalize_payload(std::string_view csr_base64url);

}  // namespace md::acme

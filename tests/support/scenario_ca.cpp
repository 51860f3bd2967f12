// SPDX-License-Identifier: Apache-2.0
#include "support/scenario_ca.hpp"

#include "base/base64url.hpp"
#include "base/time_text.hpp"
#include "model/identifier.hpp"
#include "support/catch.hpp"

#include <nlohmann/json.hpp>
#include <openssl/sha.h>

#include <algorithm>
#include <array>

namespace md::test {
namespace {

using Json = nlohmann::json;

const std::string base_url = "https://ca.test/";

std::string url_of(const std::string& resource, unsigned number) {
    return base_url + resource + "/" + std::to_string(number);
}

http::HttpResponse json_response(unsigned status, const Json& body) {
    http::HttpResponse response;
    response.status = status;
    response.headers.add("Content-Type", "application/json");
    response.body = body.dump();
    return response;
}

std::string decoded(const Json& object, const char* member) {
    const auto bytes = base::base64url_decode(object.at(member).get<std::string>());
    if (!bytes)
        FAIL(member << " is not base64url: " << object);
    return std::string(base::text_of(*bytes));
}

// RFC 7638: the required members alone, which is all ACME clients send, sorted, without spaces.
std::string thumbprint(const Json& jwk) {
    const std::string text = jwk.dump();
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    return base::base64url_encode(base::BytesView(digest));
}

}  // namespace

// A POST taken apart; number is the last part of the URL.
struct ScenarioCa::Post {
    Json header, payload;
    std::string url;
    unsigned number = 0;
    unsigned account = 0;
    bool as_get = false;
};

http::HttpResponse problem_response(unsigned status, const std::string& type,
                                    const std::string& detail) {
    http::HttpResponse response;
    response.status = status;
    response.headers.add("Content-Type", "application/problem+json");
    response.body =
        Json{{"type", "urn:ietf:params:acme:error:" + type}, {"detail", detail}, {"status", status}}
            .dump();
    return response;
}

std::vector<Scenario> scenarios() {
    using std::chrono::seconds;
    std::vector<Scenario> all;
    auto add = [&](const char* name, auto change) {
        Scenario scenario;
        scenario.name = name;
        change(scenario);
        all.push_back(std::move(scenario));
    };
    add("plain", [](Scenario&) {});
    add("everything was proven before", [](Scenario& s) { s.authorizations_valid = true; });
    add("validation takes a while", [](Scenario& s) {
        s.authorization_polls = 3;
        s.retry_after = seconds{2};
    });
    add("the order is processed after finalize", [](Scenario& s) {
        s.processing_polls = 2;
        s.order_valid_at_once = false;
        s.retry_after = seconds{3};
    });
    add("every third nonce is refused", [](Scenario& s) { s.bad_nonce_every = 3; });
    add("only http-01 is offered", [](Scenario& s) { s.challenge_types = {"http-01"}; });
    add("unknown challenge types are offered too", [](Scenario& s) {
        s.challenge_types = {"dns-persist-01", "http-01", "tls-alpn-01", "carrier-pigeon-01"};
    });
    add("the CA has terms of service",
        [](Scenario& s) { s.terms_of_service = "https://ca.test/terms/v7"; });
    return all;
}

const ScenarioCa::Route ScenarioCa::routes[] = {
    {"new-account", &ScenarioCa::new_account}, {"account", &ScenarioCa::account},
    {"new-order", &ScenarioCa::new_order},     {"order", &ScenarioCa::order},
    {"authz", &ScenarioCa::authorization},     {"challenge", &ScenarioCa::challenge},
    {"finalize", &ScenarioCa::finalize},       {"certificate", &ScenarioCa::certificate},
};

ScenarioCa::ScenarioCa(const base::Clock& clock, Scenario scenario)
    : clock_(clock), scenario_(std::move(scenario)) {}

base::Task<http::HttpResponse> ScenarioCa::send(http::HttpRequest request) {
    const std::string url = request.url.text();
    if (!url.starts_with(base_url))
        FAIL("no such server: " << request.method << " " << url);
    const std::string path = url.substr(base_url.size());
    const std::string resource = path.substr(0, path.find('/'));
    const unsigned step = steps();
    log_.push_back(request.method + " " + resource);

    const Cut cut = cuts_.contains(step) ? cuts_[step] : Cut::none;
    if (cut == Cut::before)
        break_connection(request, cut);
    http::HttpResponse response;
    if (answers_.contains(step))
        response = answers_[step];
    else
        response = handle(request, resource);
    if (cut == Cut::after)
        break_connection(request, cut);
    if (request.method == "POST" || resource == "new-nonce")
        response.headers.add("Replay-Nonce", new_nonce());
    co_return response;
}

http::HttpResponse ScenarioCa::handle(const http::HttpRequest& request,
                                      const std::string& resource) {
    if (!resource.empty() && resource == scenario_.out_of_order)
        return problem_response(500, "serverInternal", "out of order");
    if (request.method == "GET" && resource == "directory")
        return directory();
    if (resource == "new-nonce" && request.method != "POST")
        return {request.method == "HEAD" ? 200U : 204U, {}, ""};
    if (request.method == "POST")
        for (const Route& route : routes)
            if (resource == route.resource)
                return handle_post(request, route);
    FAIL("unexpected request: " << request.method << " " << request.url.text() << "\n"
                                << request.body);
    return {};
}

http::HttpResponse ScenarioCa::handle_post(const http::HttpRequest& request, const Route& route) {
    if (request.headers.find("Content-Type") != "application/jose+json")
        FAIL("a POST is to be application/jose+json: " << request.url.text());
    const Json body = Json::parse(request.body);
    Post post;
    post.url = request.url.text();
    post.header = Json::parse(decoded(body, "protected"));
    const std::string payload = decoded(body, "payload");
    post.as_get = payload.empty();
    post.payload = post.as_get ? Json() : Json::parse(payload);
    // RFC 8555 §6.4: the header names the URL it is sent to.
    if (post.header.at("url") != post.url)
        FAIL("sent to " << post.url << " but signed for " << post.header.at("url"));
    if (auto refusal = refuse_nonce(post.header))
        return *refusal;
    if (auto refusal = identify(post))
        return *refusal;
    const std::string last = post.url.substr(post.url.rfind('/') + 1);
    if (!last.empty() && std::all_of(last.begin(), last.end(),
                                     [](char digit) { return digit >= '0' && digit <= '9'; }))
        post.number = static_cast<unsigned>(std::stoul(last));
    return (this->*route.handle)(post);
}

std::optional<http::HttpResponse> ScenarioCa::refuse_nonce(const Json& header) {
    const bool known = nonces_.erase(header.at("nonce").get<std::string>()) > 0;
    const bool refuse =
        known && scenario_.bad_nonce_every > 0 && ++nonces_used_ % scenario_.bad_nonce_every == 0;
    if (known && !refuse)
        return std::nullopt;
    return problem_response(400, "badNonce", "that nonce is not one of mine");
}

// Finds the account of the kid, or, for a jwk, leaves it to new_account.
std::optional<http::HttpResponse> ScenarioCa::identify(Post& post) const {
    if (post.header.contains("jwk") == post.header.contains("kid"))
        FAIL("a JWS has either jwk or kid: " << post.header);
    if (post.header.contains("jwk"))
        return std::nullopt;
    for (unsigned number = 0; number < accounts_.size(); ++number)
        if (post.header["kid"] == url_of("account", number + account_generation_)) {
            post.account = number;
            return refuse_deactivated(accounts_[number]);
        }
    return problem_response(400, "accountDoesNotExist", "no account at that URL");
}

std::optional<http::HttpResponse> ScenarioCa::refuse_deactivated(const Account& account) const {
    if (!account.deactivated)
        return std::nullopt;
    return problem_response(403, "unauthorized", "the account is deactivated");
}

http::HttpResponse ScenarioCa::directory() const {
    Json meta = {{"website", "https://ca.test"}};
    if (!scenario_.terms_of_service.empty())
        meta["termsOfService"] = scenario_.terms_of_service;
    if (!scenario_.profiles.empty())
        meta["profiles"] = scenario_.profiles;
    return json_response(200, {{"newNonce", base_url + "new-nonce"},
                               {"newAccount", base_url + "new-account"},
                               {"newOrder", base_url + "new-order"},
                               {"revokeCert", base_url + "revoke-cert"},
                               {"keyChange", base_url + "key-change"},
                               {"meta", meta}});
}

http::HttpResponse ScenarioCa::new_account(const Post& post) {
    if (!post.header.contains("jwk"))
        FAIL("new-account is signed with a jwk: " << post.header);
    const std::string key = thumbprint(post.header["jwk"]);
    for (unsigned number = 0; number < accounts_.size(); ++number)
        if (accounts_[number].thumbprint == key)
            return refuse_deactivated(accounts_[number]).value_or(account_response(number, 200));
    if (post.payload.value("onlyReturnExisting", false))
        return problem_response(400, "accountDoesNotExist", "no account has that key");
    if (!scenario_.terms_of_service.empty() && !post.payload.value("termsOfServiceAgreed", false))
        return problem_response(403, "userActionRequired",
                                "the terms of service are not agreed to");
    if (scenario_.binds_once) {
        if (!post.payload.contains("externalAccountBinding"))
            return problem_response(403, "externalAccountRequired", "an account must be bound");
        const Json& binding = post.payload["externalAccountBinding"];
        const std::string header = decoded(binding, "protected");
        if (!bindings_.insert(Json::parse(header)["kid"].get<std::string>()).second)
            return problem_response(403, "unauthorized", "unknown external account");
    }
    accounts_.push_back(
        {key, post.payload.value("contact", std::vector<std::string>()), false, {}});
    return account_response(static_cast<unsigned>(accounts_.size() - 1), 201);
}

http::HttpResponse ScenarioCa::account_response(unsigned number, unsigned status) const {
    const unsigned shown = number + account_generation_;
    auto response = json_response(status, {{"status", "valid"},
                                           {"contact", accounts_[number].contacts},
                                           {"orders", url_of("orders", shown)}});
    response.headers.add("Location", url_of("account", shown));
    return response;
}

http::HttpResponse ScenarioCa::account(const Post& post) {
    if (post.payload.contains("contact"))
        accounts_[post.account].contacts = post.payload["contact"].get<std::vector<std::string>>();
    return account_response(post.account, 200);
}

// As RFC 8555 §7.4 and draft-ietf-acme-profiles have it: what is asked for is given or refused.
std::optional<http::HttpResponse> ScenarioCa::refuse_terms(const Json& asked) const {
    if (asked.contains("notAfter") && scenario_.refuses_not_after)
        return problem_response(400, "malformed", "NotBefore and NotAfter are not supported");
    return refuse_profile(asked.value("profile", ""));
}

std::optional<http::HttpResponse> ScenarioCa::refuse_profile(const std::string& profile) const {
    if (profile.empty() || scenario_.profiles.contains(profile))
        return std::nullopt;
    return problem_response(400, "invalidProfile", "no profile " + profile);
}

http::HttpResponse ScenarioCa::new_order(const Post& post) {
    order_payloads_.push_back(post.payload.dump());
    if (auto refusal = refuse_terms(post.payload))
        return *refusal;
    Order order;
    order.account = post.account;
    order.profile = post.payload.value(
        "profile", scenario_.profiles.empty() ? "" : scenario_.profiles.begin()->first);
    order.not_after = post.payload.value("notAfter", "");
    for (const Json& identifier : post.payload.at("identifiers")) {
        const std::string name = identifier.at("value");
        if (identifier.at("type") != model::Identifier::parse(name).value().wire_type())
            FAIL("an identifier of another type: " << identifier);
        order.names.push_back(identifier.at("value"));
        order.authorizations.push_back(add_authorization(post.account, order.names.back()));
    }
    order.status = "pending";
    orders_.push_back(std::move(order));
    return order_response(static_cast<unsigned>(orders_.size() - 1), 201);
}

unsigned ScenarioCa::add_authorization(unsigned account, const std::string& name) {
    const auto number = static_cast<unsigned>(authorizations_.size());
    Authorization authorization;
    authorization.account = account;
    authorization.name = name;
    authorization.token = "token-of-authorization-number-" + std::to_string(number);
    const bool proven =
        scenario_.authorizations_valid ||
        (scenario_.reuses_authorizations && accounts_[account].proven.contains(name));
    authorization.status = proven ? "valid" : "pending";
    authorization.polls_left = scenario_.authorization_polls;
    authorizations_.push_back(std::move(authorization));
    return number;
}

// One look of the client: a posted challenge comes nearer to its end.
void ScenarioCa::advance(Authorization& authorization) {
    if (!authorization.posted || authorization.status != "pending")
        return;
    if (authorization.polls_left > 0) {
        --authorization.polls_left;
        return;
    }
    const auto refused = scenario_.refused.find(authorization.name);
    authorization.status = refused == scenario_.refused.end() ? "valid" : "invalid";
    if (authorization.status == "valid")
        accounts_[authorization.account].proven.insert(authorization.name);
    else
        authorization.refusal = refused->second;
}

void ScenarioCa::advance(Order& order) {
    if (order.status == "processing") {
        if (order.polls_left == 0)
            order.status = "valid";
        else
            --order.polls_left;
    }
    if (order.status != "pending")
        return;
    auto all_are = [&](const char* status, bool any) {
        auto matches = [&](unsigned number) { return authorizations_[number].status == status; };
        return any ? std::any_of(order.authorizations.begin(), order.authorizations.end(), matches)
                   : std::all_of(order.authorizations.begin(), order.authorizations.end(), matches);
    };
    if (all_are("invalid", true))
        order.status = "invalid";
    else if (all_are("valid", false))
        order.status = "ready";
}

http::HttpResponse ScenarioCa::order(const Post& post) {
    const unsigned number = post.number - order_generation_;
    if (number >= orders_.size())
        return problem_response(404, "malformed", "no such order");
    for (unsigned authorization : orders_[number].authorizations)
        advance(authorizations_[authorization]);
    return order_response(number, 200);
}

http::HttpResponse ScenarioCa::order_response(unsigned number, unsigned status) {
    Order& order = orders_[number];
    advance(order);
    const unsigned shown = number + order_generation_;
    Json body = {{"status", order.status},
                 {"expires", "2099-01-01T00:00:00Z"},
                 {"identifiers", Json::array()},
                 {"authorizations", Json::array()},
                 {"finalize", url_of("finalize", shown)}};
    for (const std::string& name : order.names)
        body["identifiers"].push_back(
            {{"type", model::Identifier::parse(name).value().wire_type()}, {"value", name}});
    if (!order.profile.empty())
        body["profile"] = order.profile;
    for (unsigned authorization : order.authorizations)
        body["authorizations"].push_back(url_of("authz", authorization));
    if (order.status == "valid")
        body["certificate"] = url_of("certificate", shown);
    auto response = json_response(status, body);
    response.headers.add("Location", url_of("order", shown));
    return order.status == "processing" ? not_yet(std::move(response)) : response;
}

http::HttpResponse ScenarioCa::not_yet(http::HttpResponse response) const {
    if (scenario_.retry_after)
        response.headers.add("Retry-After", std::to_string(scenario_.retry_after->count()));
    return response;
}

ScenarioCa::Json ScenarioCa::challenge_json(unsigned number, const std::string& type) const {
    const Authorization& authorization = authorizations_[number];
    const bool chosen = authorization.posted && authorization.type == type;
    Json challenge = {{"type", type},
                      {"url", base_url + "challenge/" + type + "/" + std::to_string(number)},
                      {"token", authorization.token},
                      {"status", authorization.status}};
    if (chosen && authorization.status == "pending")
        challenge["status"] = "processing";
    if (chosen && !authorization.refusal.empty())
        challenge["error"] = {{"type", "urn:ietf:params:acme:error:" + authorization.refusal},
                              {"detail", "validation of " + authorization.name + " failed"},
                              {"status", 403}};
    return challenge;
}

ScenarioCa::Json ScenarioCa::authorization_json(unsigned number) const {
    const Authorization& authorization = authorizations_[number];
    const bool wildcard = authorization.name.starts_with("*.");
    const std::string value = wildcard ? authorization.name.substr(2) : authorization.name;
    Json body = {
        {"identifier",
         {{"type", model::Identifier::parse(value).value().wire_type()}, {"value", value}}},
        {"status", authorization.status},
        {"expires", "2099-01-01T00:00:00Z"},
        {"challenges", Json::array()}};
    if (wildcard)
        body["wildcard"] = true;
    for (const std::string& type : scenario_.challenge_types)
        body["challenges"].push_back(challenge_json(number, type));
    return body;
}

http::HttpResponse ScenarioCa::authorization(const Post& post) {
    if (post.number >= authorizations_.size())
        return problem_response(404, "malformed", "no such authorization");
    Authorization& authorization = authorizations_[post.number];
    if (!post.as_get && post.payload.value("status", "") == "deactivated")
        authorization.status = "deactivated";
    advance(authorization);
    auto response = json_response(200, authorization_json(post.number));
    return authorization.status == "pending" ? not_yet(std::move(response)) : response;
}

http::HttpResponse ScenarioCa::challenge(const Post& post) {
    if (post.number >= authorizations_.size())
        return problem_response(404, "malformed", "no such challenge");
    Authorization& authorization = authorizations_[post.number];
    const std::string start = base_url + "challenge/";
    const std::string type = post.url.substr(start.size(), post.url.rfind('/') - start.size());
    // Posting again what is already posted does no harm (RFC 8555 §7.5.1); a look has no payload.
    if (!post.as_get && !authorization.posted && authorization.status == "pending") {
        authorization.posted = true;
        authorization.type = type;
        if (on_validate)
            on_validate(authorization.name, type, authorization.token);
    }
    if (post.as_get)
        advance(authorization);
    auto response = json_response(200, challenge_json(post.number, type));
    response.headers.add("Link", "<" + url_of("authz", post.number) + ">;rel=\"up\"");
    return authorization.status == "pending" ? not_yet(std::move(response)) : response;
}

http::HttpResponse ScenarioCa::finalize(const Post& post) {
    const unsigned number = post.number - order_generation_;
    if (number >= orders_.size())
        return problem_response(404, "malformed", "no such order");
    Order& order = orders_[number];
    advance(order);
    if (order.status != "ready")
        return problem_response(403, "orderNotReady", "the order is " + order.status);
    if (auto refusal = refuse_profile(order.profile))
        return *refusal;
    sign(order, decoded(post.payload, "csr"));
    order.polls_left = scenario_.processing_polls;
    order.status = scenario_.order_valid_at_once ? "valid" : "processing";
    if (order.status == "valid")
        return order_response(number, 200);
    // Not order_response: the answer to finalize is no look at the order yet.
    order.polls_left += 1;
    return order_response(number, 200);
}

void ScenarioCa::sign(Order& order, const std::string& csr) {
    const auto now = clock_.now();
    const auto usual = now - scenario_.backdated + std::chrono::seconds{1} + scenario_.lifetime;
    order.certificate =
        issuer_.issue(base::bytes_of(csr),
                      now + scenario_.not_before + std::chrono::seconds{1} - scenario_.backdated,
                      base::parse_rfc3339(order.not_after).value_or(usual));
    ++certificates_issued_;
}

http::HttpResponse ScenarioCa::certificate(const Post& post) {
    const unsigned number = post.number - order_generation_;
    if (number >= orders_.size() || orders_[number].certificate.empty())
        return problem_response(404, "malformed", "no such certificate");
    http::HttpResponse response;
    response.status = 200;
    response.headers.add("Content-Type", "application/pem-certificate-chain");
    response.body = orders_[number].certificate;
    return response;
}

std::string ScenarioCa::new_nonce() {
    std::string nonce = "nonce-" + std::to_string(++nonces_made_);
    nonces_.insert(nonce);
    return nonce;
}

bool ScenarioCa::is_validating_at(unsigned step) const {
    const auto first = std::find(log_.begin(), log_.end(), "POST challenge");
    const auto last = std::find(log_.begin(), log_.end(), "POST finalize");
    return step >= first - log_.begin() && step < last - log_.begin();
}

void ScenarioCa::forget_accounts() {
    account_generation_ += static_cast<unsigned>(accounts_.size());
    accounts_.clear();
    forget_orders();
}

void ScenarioCa::deactivate_accounts() {
    for (Account& account : accounts_)
        account.deactivated = true;
}

void ScenarioCa::forget_orders() {
    order_generation_ += static_cast<unsigned>(orders_.size());
    orders_.clear();
}

std::vector<std::string> ScenarioCa::contacts() const {
    REQUIRE(accounts_.size() == 1);
    return accounts_.front().contacts;
}

}  // namespace md::test

// SPDX-License-Identifier: Apache-2.0
// A tiny CA at the transport seam: keeps accounts, orders and nonces, speaks RFC 8555, signs real
// certificates, and proves nothing: it believes every challenge and checks no signature. What it
// does besides the plain conversation is told by a Scenario; a connection can be cut, or an answer
// replaced, at any step. A request no CA would understand fails the test.
#pragma once

#include "base/clock.hpp"
#include "http/transport.hpp"
#include "support/scripted_transport.hpp"
#include "support/test_issuer.hpp"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace md::test {

struct Scenario {
    std::string name = "plain";
    std::vector<std::string> challenge_types = {"http-01", "tls-alpn-01"};
    bool authorizations_valid = false;   // as if proven in an earlier order
    bool reuses_authorizations = false;  // a name proven once stays proven for its account
    unsigned authorization_polls = 1;    // answered "pending" after the challenge was posted
    unsigned processing_polls = 0;       // answered "processing" after finalize
    bool order_valid_at_once = true;     // finalize itself answers "valid" (no processing polls)
    unsigned bad_nonce_every = 0;        // each n-th good nonce is refused; 0 = none
    std::string terms_of_service;        // "" = the CA has none
    bool binds_once = false;             // wants an external account, and takes each of them once
    std::optional<std::chrono::seconds> retry_after;  // on every answer that says "not yet"
    std::map<std::string, std::string> refused;       // name -> problem type of its validation
    std::string out_of_order;                         // "new-order", ...: that resource answers 500
    std::map<std::string, std::string> profiles;      // name -> description; the first is usual
    bool refuses_not_after = false;                   // of a new order
    std::chrono::seconds lifetime{std::chrono::hours{24 * 90}};
    std::chrono::seconds not_before{-1};  // from now; a CA dates a little back, since clocks differ
    std::chrono::seconds backdated{1};    // of the lifetime, so much is over already

    bool succeeds() const { return refused.empty(); }
};

// One of each kind, all but the refused ones ending in a certificate.
std::vector<Scenario> scenarios();

// "urn:ietf:params:acme:error:" + type, as problem+json.
http::HttpResponse problem_response(unsigned status, const std::string& type,
                                    const std::string& detail);

class ScenarioCa final : public http::Transport {
public:
    explicit ScenarioCa(const base::Clock& clock, Scenario scenario = {});

    base::Task<http::HttpResponse> send(http::HttpRequest request) override;

    static constexpr const char* directory_url = "https://ca.test/directory";

    // At that request (the first is 0, counted over the CA's whole life), once.
    void cut_at(unsigned step, Cut cut) { cuts_[step] = cut; }
    // Instead of handling that request, once. A fresh nonce is added.
    void answer_at(unsigned step, http::HttpResponse response) {
        answers_[step] = std::move(response);
    }

    // Called when a challenge is posted, as if the validator came: (name, type, token).
    std::function<void(const std::string&, const std::string&, const std::string&)> on_validate;

    void set_scenario(Scenario scenario) { scenario_ = std::move(scenario); }
    void forget_accounts();
    void deactivate_accounts();  // RFC 8555 §7.3.6
    void forget_orders();

    // What happened: "POST new-order", "POST authz", ... One entry per request, cut ones included.
    const std::vector<std::string>& log() const { return log_; }
    // From the first challenge that was begun to the last look before finalize.
    bool is_validating_at(unsigned step) const;
    unsigned steps() const { return static_cast<unsigned>(log_.size()); }
    std::size_t accounts() const { return accounts_.size(); }
    std::size_t orders() const { return orders_.size(); }
    // What the new orders asked for, refused ones included.
    const std::vector<std::string>& order_payloads() const { return order_payloads_; }
    std::size_t certificates() const { return certificates_issued_; }
    // The contacts of the only account.
    std::vector<std::string> contacts() const;
    const TestIssuer& issuer() const { return issuer_; }

private:
    using Json = nlohmann::json;
    struct Account {
        std::string thumbprint;
        std::vector<std::string> contacts;
        bool deactivated = false;
        std::set<std::string> proven;  // names with a valid authorization
    };
    struct Authorization {
        unsigned account = 0;
        std::string name, status, type, token;  // type: of the challenge posted
        bool posted = false;
        unsigned polls_left = 0;
        std::string refusal;  // the last part of a problem's type, or ""
    };
    struct Order {
        unsigned account = 0;
        std::vector<std::string> names;
        std::vector<unsigned> authorizations;
        std::string status, certificate;
        unsigned polls_left = 0;
        std::string profile, not_after;
    };
    struct Post;
    using Handle = http::HttpResponse (ScenarioCa::*)(const Post&);
    struct Route {
        const char* resource;
        Handle handle;
    };
    static const Route routes[];

    http::HttpResponse handle(const http::HttpRequest& request, const std::string& resource);
    http::HttpResponse handle_post(const http::HttpRequest& request, const Route& route);
    std::optional<http::HttpResponse> refuse_nonce(const Json& header);
    std::optional<http::HttpResponse> identify(Post& post) const;
    std::optional<http::HttpResponse> refuse_deactivated(const Account& account) const;

    http::HttpResponse directory() const;
    http::HttpResponse new_account(const Post& post);
    http::HttpResponse account(const Post& post);
    http::HttpResponse new_order(const Post& post);
    http::HttpResponse order(const Post& post);
    http::HttpResponse authorization(const Post& post);
    http::HttpResponse challenge(const Post& post);
    http::HttpResponse finalize(const Post& post);
    http::HttpResponse certificate(const Post& post);

    unsigned add_authorization(unsigned account, const std::string& name);
    std::optional<http::HttpResponse> refuse_terms(const Json& asked) const;
    std::optional<http::HttpResponse> refuse_profile(const std::string& profile) const;
    void advance(Authorization& authorization);
    void advance(Order& order);
    void sign(Order& order, const std::string& csr);
    http::HttpResponse account_response(unsigned number, unsigned status) const;
    http::HttpResponse order_response(unsigned number, unsigned status);
    Json authorization_json(unsigned number) const;
    Json challenge_json(unsigned number, const std::string& type) const;
    http::HttpResponse not_yet(http::HttpResponse response) const;
    std::string new_nonce();

    const base::Clock& clock_;
    Scenario scenario_;
    TestIssuer issuer_;
    std::vector<Account> accounts_;
    std::vector<Authorization> authorizations_;
    std::vector<Order> orders_;
    std::set<std::string> nonces_, bindings_;
    std::map<unsigned, Cut> cuts_;
    std::map<unsigned, http::HttpResponse> answers_;
    std::vector<std::string> log_, order_payloads_;
    std::size_t certificates_issued_ = 0;
    unsigned nonces_made_ = 0, nonces_used_ = 0;
    unsigned account_generation_ = 0, order_generation_ = 0;
};

}  // namespace md::test

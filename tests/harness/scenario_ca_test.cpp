// SPDX-License-Identifier: Apache-2.0
// The scripted CA by itself: one conversation by hand, the cuts, and what it remembers.
#include "support/scenario_ca.hpp"

#include "base/base64url.hpp"
#include "crypto/certificate.hpp"
#include "crypto/csr.hpp"
#include "crypto/jws.hpp"
#include "support/catch.hpp"
#include "support/manual_clock.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <nlohmann/json.hpp>

#include <future>

using namespace md;
using namespace md::test;
using md::support::ManualClock;
using Json = nlohmann::json;

namespace {

const model::Identifier& name() {
    static const auto parsed = model::Identifier::parse("a.test");
    return *parsed;
}

// Speaks to the CA step by step, with the nonce of the last answer.
class Conversation {
public:
    explicit Conversation(ScenarioCa& ca) : ca_(ca) {}

    http::HttpResponse send(const std::string& method, const std::string& url,
                            std::string body = "") {
        http::HttpRequest request;
        request.method = method;
        request.url = *http::Url::parse(url);
        request.headers.add("Content-Type", "application/jose+json");
        request.body = std::move(body);
        base::asio::io_context context;
        auto answer =
            base::asio::co_spawn(context, ca_.send(std::move(request)), base::asio::use_future);
        context.run();
        http::HttpResponse response = answer.get();
        if (auto nonce = response.headers.find("Replay-Nonce"))
            nonce_ = *nonce;
        return response;
    }
    http::HttpResponse post(const std::string& url, const std::string& payload) {
        Json header = {{"alg", key_.jws_algorithm()}, {"nonce", nonce_}, {"url", url}};
        if (account_.empty())
            header["jwk"] = Json::parse(key_.public_jwk());
        else
            header["kid"] = account_;
        return send("POST", url, crypto::sign_jws(key_, header.dump(), payload));
    }
    Json post_json(const std::string& url, const Json& payload) {
        return Json::parse(post(url, payload.is_null() ? "" : payload.dump()).body);
    }
    void make_account() {
        send("HEAD", "https://ca.test/new-nonce");
        account_ = *post("https://ca.test/new-account", "{}").headers.find("Location");
    }
    std::string order_url() {
        const auto answer = post("https://ca.test/new-order",
                                 R"({"identifiers":[{"type":"dns","value":"a.test"}]})");
        return std::string(*answer.headers.find("Location"));
    }

private:
    ScenarioCa& ca_;
    crypto::PrivateKey key_ = crypto::PrivateKey::generate(model::KeySpec::ec("p-256"));
    std::string nonce_, account_;
};

}  // namespace

TEST_CASE("a conversation ends in a certificate for the CSR's key and names") {
    ManualClock clock;
    ScenarioCa ca(clock);
    Conversation talk(ca);
    talk.make_account();
    const std::string order_url = talk.order_url();
    Json order = talk.post_json(order_url, nullptr);
    CHECK(order["status"] == "pending");

    const std::string authorization_url = order["authorizations"][0];
    const Json authorization = talk.post_json(authorization_url, nullptr);
    CHECK(talk.post_json(authorization["challenges"][0]["url"], Json::object())["status"] ==
          "processing");
    CHECK(talk.post_json(authorization_url, nullptr)["status"] == "pending");
    CHECK(talk.post_json(authorization_url, nullptr)["status"] == "valid");

    const auto key = crypto::PrivateKey::generate(model::KeySpec::ec("p-256"));
    const auto csr = crypto::make_csr(key, {name()}, false);
    order = talk.post_json(order["finalize"], Json{{"csr", base::base64url_encode(csr)}});
    REQUIRE(order["status"] == "valid");
    const auto chain = crypto::parse_chain(talk.post(order["certificate"], "").body);
    CHECK(crypto::chain_mistake(chain, {key, {name()}}, clock.now()) == std::nullopt);
    CHECK(ca.accounts() == 1);
    CHECK(ca.certificates() == 1);
}

TEST_CASE("a connection cut before a request leaves nothing, cut after it leaves the deed") {
    ManualClock clock;
    ScenarioCa ca(clock);
    Conversation talk(ca);
    talk.make_account();
    ca.cut_at(ca.steps(), Cut::before);
    CHECK_THROWS_AS(talk.order_url(), http::TransportError);
    CHECK(ca.orders() == 0);
    ca.cut_at(ca.steps(), Cut::after);
    CHECK_THROWS_AS(talk.order_url(), http::TransportError);
    CHECK(ca.orders() == 1);
    CHECK(ca.log().size() == 4);
}

TEST_CASE("a nonce serves once, and some good ones are refused on demand") {
    ManualClock clock;
    Scenario scenario;
    scenario.bad_nonce_every = 2;
    ScenarioCa ca(clock, scenario);
    Conversation talk(ca);
    talk.make_account();
    CHECK_THAT(talk.post("https://ca.test/new-order", "{}").body, Catch::Contains("badNonce"));
}

TEST_CASE("the same key gets the same account, and a forgotten one is told of") {
    ManualClock clock;
    ScenarioCa ca(clock);
    Conversation talk(ca);
    talk.make_account();
    ca.forget_accounts();
    CHECK(ca.accounts() == 0);
    CHECK_THAT(talk.post("https://ca.test/new-order", "{}").body,
               Catch::Contains("accountDoesNotExist"));
}

TEST_CASE("an answer can be put in the place of any step") {
    ManualClock clock;
    ScenarioCa ca(clock);
    Conversation talk(ca);
    talk.make_account();
    ca.answer_at(ca.steps(), problem_response(429, "rateLimited", "slow down"));
    CHECK(talk.post("https://ca.test/new-order", "{}").status == 429);
    CHECK(ca.orders() == 0);
}

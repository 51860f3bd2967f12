// SPDX-License-Identifier: Apache-2.0
#include "acme/client.hpp"

#include "base/base64url.hpp"
#include "support/catch.hpp"
#include "support/manual_clock.hpp"
#include "support/run_task.hpp"
#include "support/scripted_transport.hpp"

#include <nlohmann/json.hpp>

namespace md::acme {
namespace {

using test::ScriptedTransport;
using test::ScriptLine;

const char* directory_body =
    R"({"newNonce":"https://ca.test/nonce","newAccount":"https://ca.test/account",)"
    R"("newOrder":"https://ca.test/order"})";

http::HttpResponse response(unsigned status, std::string body, std::string nonce = {}) {
    http::HttpResponse result;
    result.status = status;
    result.body = std::move(body);
    if (!nonce.empty())
        result.headers.add("replay-nonce", std::move(nonce));
    return result;
}

http::HttpResponse bad_nonce(std::string nonce) {
    return response(400, R"({"type":"urn:ietf:params:acme:error:badNonce","detail":"old"})",
                    std::move(nonce));
}

std::vector<ScriptLine> opening() {
    return {{"GET", "/directory$", response(200, directory_body)},
            {"HEAD", "/nonce$", response(200, "", "first")}};
}

struct Bench {
    explicit Bench(std::vector<ScriptLine> more) : transport(script(std::move(more))) {}
    static std::vector<ScriptLine> script(std::vector<ScriptLine> more) {
        auto lines = opening();
        lines.insert(lines.end(), more.begin(), more.end());
        return lines;
    }
    Answer post(std::string payload = "{}") {
        return test::run_task(context, client.post(signer, *http::Url::parse("https://ca.test/x"),
                                                   std::move(payload), "testing"));
    }
    // The protected header of the n-th request.
    nlohmann::json header(std::size_t number) const {
        auto body = nlohmann::json::parse(transport.requests().at(number).body);
        auto bytes = *base::base64url_decode(body["protected"].get<std::string>());
        return nlohmann::json::parse(base::text_of(bytes));
    }

    base::asio::io_context context;
    support::ManualClock clock;
    ScriptedTransport transport;
    Client client{context.get_executor(), transport, clock,
                  *http::Url::parse("https://ca.test/directory")};
    Signer signer{crypto::PrivateKey::generate(model::KeySpec::ec("p-256")),
                  "https://ca.test/acct/1"};
};

}  // namespace

TEST_CASE("a signed request carries algorithm, nonce, URL and account") {
    Bench bench({{"POST", "/x$", response(200, "body", "second")}});
    CHECK(bench.post().body == "body");
    auto header = bench.header(2);
    CHECK(header["alg"] == "ES256");
    CHECK(header["nonce"] == "first");
    CHECK(header["url"] == "https://ca.test/x");
    CHECK(header["kid"] == "https://ca.test/acct/1");
    CHECK_FALSE(header.contains("jwk"));
    CHECK(bench.transport.finished());
}

TEST_CASE("without an account the key itself is sent") {
    Bench bench({{"POST", "/x$", response(201, "", "second")}});
    bench.signer.account_url.clear();
    bench.post();
    CHECK(bench.header(2)["jwk"]["kty"] == "EC");
    CHECK_FALSE(bench.header(2).contains("kid"));
}

TEST_CASE("the nonce of each answer serves the next request") {
    Bench bench({{"POST", "/x$", response(200, "", "second")},
                 {"POST", "/x$", response(200, "", "third")}});
    bench.post();
    bench.post();
    CHECK(bench.header(3)["nonce"] == "second");
    CHECK(bench.transport.finished());
}

// RFC 8555 §6.5: the error's own nonce is the one to retry with.
TEST_CASE("a bad nonce is repeated with the nonce of that error, re-signed") {
    Bench bench(
        {{"POST", "/x$", bad_nonce("fresh")}, {"POST", "/x$", response(200, "done", "next")}});
    CHECK(bench.post().body == "done");
    CHECK(bench.header(3)["nonce"] == "fresh");
    CHECK(bench.transport.requests()[2].body != bench.transport.requests()[3].body);
}

TEST_CASE("nonces refused five times in a row are overcome") {
    std::vector<ScriptLine> lines;
    for (int i = 0; i < 5; ++i)
        lines.push_back({"POST", "/x$", bad_nonce("n" + std::to_string(i))});
    lines.push_back({"POST", "/x$", response(200, "done", "next")});
    Bench bench(lines);
    CHECK(bench.post().body == "done");
}

TEST_CASE("nonces refused without end are an error that passes") {
    std::vector<ScriptLine> lines;
    for (int i = 0; i < 11; ++i)
        lines.push_back({"POST", "/x$", bad_nonce("n" + std::to_string(i))});
    Bench bench(lines);
    try {
        bench.post();
        FAIL("no error");
    } catch (const Refused& refused) {
        CHECK(refused.failure_class() == model::FailureClass::passing);
    }
    CHECK(bench.transport.finished());
}

TEST_CASE("a refusal tells type, detail and when to come again") {
    auto limited = response(
        429, R"({"type":"urn:ietf:params:acme:error:rateLimited","detail":"too many"})", "next");
    limited.headers.add("Retry-After", "3600");
    Bench bench({{"POST", "/x$", limited}});
    try {
        bench.post();
        FAIL("no error");
    } catch (const Refused& refused) {
        CHECK(std::string(refused.what()) == "testing: rateLimited: too many");
        CHECK(refused.retry_after() == bench.clock.now() + std::chrono::hours{1});
    }
}

TEST_CASE("a redirect is no answer to a signed request, and its target is named") {
    auto elsewhere = response(307, "", "next");
    elsewhere.headers.add("Location", "https://other.test/login?from=ca");
    Bench bench({{"POST", "/x$", elsewhere}});
    try {
        bench.post();
        FAIL("no error");
    } catch (const AcmeError& error) {
        CHECK(std::string(error.what()) ==
              "testing: https://ca.test/x redirects to https://other.test/login?from=ca (HTTP "
              "status 307)");
        CHECK(error.cause() == model::FailureCause::redirected);
    }
}

namespace {

AcmeError directory_failure(http::HttpResponse answer) {
    base::asio::io_context context;
    support::ManualClock clock;
    ScriptedTransport transport({{"GET", "/directory$", std::move(answer)}});
    Client client(context.get_executor(), transport, clock,
                  *http::Url::parse("https://ca.test/directory"));
    try {
        test::run_task(context, client.directory());
    } catch (const AcmeError& error) {
        return error;
    }
    FAIL("no error");
    throw std::logic_error("not reached");
}

}  // namespace

TEST_CASE("what is no directory is shown with its first lines, and called so") {
    for (const http::HttpResponse& answer :
         {response(200, "<html>\n  <h1>Welcome</h1>\n"), response(404, "<h1>Welcome</h1>")}) {
        AcmeError error = directory_failure(answer);
        CHECK(error.cause() == model::FailureCause::no_directory);
        CHECK_THAT(error.what(), Catch::Contains("https://ca.test/directory"));
        CHECK_THAT(error.what(), Catch::Contains("<h1>Welcome</h1>"));
        CHECK_THAT(error.what(), !Catch::Contains("about:blank"));
    }
    CHECK(directory_failure(response(200, R"({"newNonce":"https://ca.test/n"})")).cause() ==
          model::FailureCause::no_directory);
    CHECK(directory_failure(response(503, "later")).cause() == model::FailureCause::none);
    auto moved = response(301, "");
    moved.headers.add("Location", "/v2/directory");
    AcmeError error = directory_failure(moved);
    CHECK(error.cause() == model::FailureCause::redirected);
    CHECK_THAT(error.what(), Catch::Contains("redirects to https://ca.test/v2/directory"));
}

TEST_CASE("a newNonce that refuses HEAD is asked by GET, from then on at once") {
    for (unsigned refusal : {405U, 501U, 404U, 400U}) {
        std::vector<ScriptLine> lines = {{"GET", "/directory$", response(200, directory_body)},
                                         {"HEAD", "/nonce$", response(refusal, "")},
                                         {"GET", "/nonce$", response(204, "", "first")},
                                         {"POST", "/x$", response(200, "")},
                                         {"GET", "/nonce$", response(204, "", "second")},
                                         {"POST", "/x$", response(200, "")}};
        base::asio::io_context context;
        support::ManualClock clock;
        ScriptedTransport transport(lines);
        Client client(context.get_executor(), transport, clock,
                      *http::Url::parse("https://ca.test/directory"));
        Signer signer{crypto::PrivateKey::generate(model::KeySpec::ec("p-256")),
                      "https://ca.test/a"};
        for (int i = 0; i < 2; ++i)
            test::run_task(context, client.post(signer, *http::Url::parse("https://ca.test/x"),
                                                "{}", "testing"));
        CHECK(transport.finished());
    }
}

TEST_CASE("a nonce that is no base64url is not used") {
    Bench bench({{"POST", "/x$", response(200, "", "evil\r\nX: y")},
                 {"HEAD", "/nonce$", response(200, "", "clean")},
                 {"POST", "/x$", response(200, "", "more")}});
    bench.post();
    bench.post();
    CHECK(bench.header(4)["nonce"] == "clean");
}

TEST_CASE("a CA that gives no nonce is a protocol error") {
    base::asio::io_context context;
    support::ManualClock clock;
    ScriptedTransport transport({{"GET", "/directory$", response(200, directory_body)},
                                 {"HEAD", "/nonce$", response(204, "")}});
    Client client(context.get_executor(), transport, clock,
                  *http::Url::parse("https://ca.test/directory"));
    Signer signer{crypto::PrivateKey::generate(model::KeySpec::ec("p-256")), ""};
    CHECK_THROWS_AS(
        test::run_task(context,
                       client.post(signer, *http::Url::parse("https://ca.test/x"), "", "testing")),
        ProtocolError);
}

TEST_CASE("the directory is fetched once an hour, not at each request") {
    base::asio::io_context context;
    support::ManualClock clock;
    ScriptedTransport transport({{"GET", "/directory$", response(200, directory_body)},
                                 {"GET", "/directory$", response(503, "busy")}});
    Client client(context.get_executor(), transport, clock,
                  *http::Url::parse("https://ca.test/directory"));
    test::run_task(context, client.directory());
    clock.advance(std::chrono::minutes{59});
    test::run_task(context, client.directory());
    CHECK_FALSE(transport.finished());
    clock.advance(std::chrono::minutes{2});
    CHECK_THROWS_AS(test::run_task(context, client.directory()), Refused);
    CHECK(transport.finished());
}

}  // namespace md::acme

// SPDX-License-Identifier: Apache-2.0
// Issuances with a CA in trouble, or one that makes some: what is kept, what is given up, and that
// nothing goes on for ever.
#include "crypto/csr.hpp"
#include "issuing.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace md::acme {
namespace {

using nlohmann::json;

// With this status in answers to that kind of request, `times` of them.
auto with_status(const std::string& kind, const std::string& status, unsigned times = ~0U) {
    return [=](const std::string& request, http::HttpResponse& response) mutable {
        if (times == 0 || request.find(kind) == std::string::npos || response.status >= 300)
            return;
        json body = json::parse(response.body);
        body["status"] = status;
        response.body = body.dump();
        --times;
    };
}

AcmeError failure_of(Bench& bench) {
    try {
        bench.issue_once();
    } catch (const AcmeError& error) {
        return error;
    }
    FAIL("no error");
    throw std::logic_error("not reached");
}

http::HttpResponse unavailable() {
    http::HttpResponse response;
    response.status = 503;
    response.body = "<html>Service Unavailable</html>";
    return response;
}

}  // namespace

TEST_CASE("a 503 at any step is healed by the next attempt, without another certificate") {
    Bench whole;
    whole.issue_once();
    for (unsigned step = 0; step < whole.ca.steps(); ++step) {
        INFO("step " << step << " " << whole.ca.log()[step]);
        Bench bench;
        bench.ca.answer_at(step, unavailable());
        if (whole.ca.is_validating_at(step)) {
            check_issued(bench, bench.issue_once());
        } else {
            CHECK(failure_of(bench).failure_class() == model::FailureClass::passing);
            check_issued(bench, bench.issue_once());
        }
        CHECK(bench.ca.orders() == 1);
        CHECK(bench.ca.certificates() == 1);
    }
}

TEST_CASE(
    "what the CA is validating stays answered while it has trouble, for a quarter of a minute") {
    Scenario scenario;
    scenario.authorization_polls = 4;
    Bench bench(scenario);
    bool down = false;
    std::size_t standing = 2;
    bench.ca.on_validate = [&](auto&&...) { down = true; };
    bench.transport.meddle = [&](const std::string&, http::HttpResponse& response) {
        if (!down)
            return;
        standing = std::min(standing, bench.alpn.standing());
        response = unavailable();
    };
    const auto start = bench.clock.now();
    SECTION("it is given up after that") {
        CHECK(failure_of(bench).failure_class() == model::FailureClass::passing);
        CHECK(bench.clock.now() - start >= std::chrono::seconds{15});
        CHECK(bench.clock.now() - start < std::chrono::minutes{1});
        CHECK(standing == 2);
        CHECK(bench.journal.kept_url);
    }
    SECTION("at once where the CA says that it takes longer") {
        bench.transport.meddle = [&](const std::string&, http::HttpResponse& response) {
            if (!down)
                return;
            response = unavailable();
            response.headers.add("Retry-After", "3600");
        };
        CHECK(failure_of(bench).failure_class() == model::FailureClass::passing);
        CHECK(bench.clock.now() - start < std::chrono::seconds{10});
    }
}

TEST_CASE(
    "a Retry-After is obeyed while the CA validates, and a challenge not begun is begun then") {
    Bench bench;
    const auto start = bench.clock.now();
    unsigned challenges = 0;
    bench.transport.meddle = [&](const std::string& request, http::HttpResponse& response) {
        if (request != "POST challenge" || ++challenges > 2)
            return;
        response = unavailable();
        response.headers.add("Retry-After", "6");
    };
    check_issued(bench, bench.issue_once());
    CHECK(challenges == 4);
    CHECK(bench.clock.now() - start >= std::chrono::seconds{12});
}

TEST_CASE("no challenge is begun before all can be answered") {
    Bench bench;
    bench.alpn.fails_for = "www.a.org";
    CHECK_THROWS_AS(bench.issue_once(), base::Error);
    CHECK(std::count(bench.ca.log().begin(), bench.ca.log().end(), "POST challenge") == 0);
    bench.alpn.fails_for.clear();
    check_issued(bench, bench.issue_once());
    CHECK(bench.ca.orders() == 1);
}

TEST_CASE("a validation that failed while nobody looked is a failure, and names what failed") {
    Scenario scenario;
    scenario.authorization_polls = 2;
    scenario.refused["www.a.org"] = "connection";
    Bench bench(scenario);
    // Cut off after the challenges were begun, for longer than it is waited for.
    bool begun = false;
    bench.ca.on_validate = [&](auto&&...) { begun = true; };
    bench.transport.meddle = [&](const std::string&, http::HttpResponse& response) {
        if (begun)
            response = unavailable();
    };
    failure_of(bench);
    bench.transport.meddle = nullptr;
    REQUIRE(bench.journal.kept_url);
    bench.after_failure = true;
    const AcmeError failure = failure_of(bench);
    CHECK(failure.failure_class() == model::FailureClass::budget);
    CHECK(std::string(failure.what()).find("www.a.org was not validated") == 0);
    CHECK_FALSE(bench.journal.kept_url);
    CHECK(bench.ca.orders() == 1);
}

TEST_CASE("strangers that look like validators neither hurry the polls nor use up the patience") {
    Scenario scenario;
    scenario.authorization_polls = 1'000'000;
    Bench bench(scenario);
    bench.alpn.more_visits = 5'000;
    auto start = bench.clock.now();
    failure_of(bench);
    CHECK(bench.clock.now() - start >= std::chrono::minutes{5});
    CHECK(bench.ca.steps() < 100);
}

TEST_CASE("an order is kept while the CA is down or rations, at whatever step it stood") {
    for (const http::HttpResponse& trouble :
         {unavailable(), test::problem_response(500, "serverInternal", "down"),
          test::problem_response(429, "rateLimited", "too many requests")}) {
        Bench bench;
        // Issued, but not downloaded yet.
        Bench whole;
        whole.issue_once();
        bench.ca.answer_at(whole.ca.steps() - 1, trouble);
        failure_of(bench);
        // Directory and nonce are fetched by the new process; then comes the staged order.
        bench.ca.answer_at(bench.ca.steps() + 2, trouble);
        failure_of(bench);
        CHECK(bench.ca.log().back().find("POST order") == 0);
        CHECK(bench.journal.kept_url);
        check_issued(bench, bench.issue_once());
        CHECK(bench.ca.certificates() == 1);
    }
}

TEST_CASE("a finalized order that stays ready is asked for at the usual pace, five minutes long") {
    Bench bench;
    bench.transport.meddle = [](const std::string& request, http::HttpResponse& response) {
        if (request.find("finalize") != std::string::npos)
            with_status("finalize", "ready")(request, response);
        else if (request.find("POST order") == 0)
            with_status("order", "ready")(request, response);
    };
    auto start = bench.clock.now();
    CHECK(failure_of(bench).failure_class() == model::FailureClass::passing);
    CHECK(bench.clock.now() - start >= std::chrono::minutes{5});
    CHECK(bench.clock.now() - start < std::chrono::minutes{7});
    CHECK(bench.ca.steps() < 200);
    CHECK(bench.journal.kept_url);
}

TEST_CASE("an order that is processing for ever is given up after five minutes, and kept") {
    Scenario scenario;
    scenario.order_valid_at_once = false;
    scenario.processing_polls = 1'000'000;
    Bench bench(scenario);
    auto start = bench.clock.now();
    CHECK(failure_of(bench).failure_class() == model::FailureClass::passing);
    CHECK(bench.clock.now() - start >= std::chrono::minutes{5});
    CHECK(bench.clock.now() - start < std::chrono::minutes{7});
    CHECK(bench.ca.steps() < 100);
    CHECK(bench.journal.kept_url);
}

TEST_CASE("an order that is ready once more after finalize is finalized once more") {
    Bench bench;
    bench.transport.meddle = with_status("finalize", "ready", 1);
    check_issued(bench, bench.issue_once());
}

TEST_CASE("an order that falls back to pending is looked at anew, not given up") {
    for (const char* kind : {"finalize", "POST order"}) {
        Scenario scenario;
        scenario.order_valid_at_once = false;
        scenario.processing_polls = 2;
        Bench bench(scenario);
        bench.transport.meddle = with_status(kind, "pending", 1);
        check_issued(bench, bench.issue_once());
        CHECK(bench.ca.certificates() == 1);
    }
}

TEST_CASE("an order that grows whenever it is asked for is not followed for ever") {
    Bench bench;
    bench.transport.meddle = [size = 2U](const std::string& request,
                                         http::HttpResponse& response) mutable {
        if (request.find("order") == std::string::npos || response.status >= 300)
            return;
        json body = json::parse(response.body);
        body["status"] = "pending";
        auto& urls = body["authorizations"];
        size = size == 2 ? 3 : 2;
        json first = urls[0];
        urls.get_ref<json::array_t&>().resize(size, first);
        response.body = body.dump();
    };
    CHECK(failure_of(bench).failure_class() == model::FailureClass::passing);
    CHECK(bench.ca.steps() < 200);
}

TEST_CASE("an order for other names than the ones ordered is refused before anything is proved") {
    Bench bench;
    bench.transport.meddle = [](const std::string& request, http::HttpResponse& response) {
        if (request.find("order") == std::string::npos || response.status >= 300)
            return;
        json body = json::parse(response.body);
        body["identifiers"][0]["value"] = "victim.org";
        response.body = body.dump();
    };
    CHECK(std::string(failure_of(bench).what()).find("for other names") != std::string::npos);
    CHECK(bench.alpn.prepared().empty());
    CHECK(bench.ca.certificates() == 0);
}

TEST_CASE("of the CA's certificate text nothing but certificates is kept") {
    Bench bench;
    bench.transport.meddle = [](const std::string& request, http::HttpResponse& response) {
        if (request.find("cert") == std::string::npos)
            return;
        auto key = crypto::PrivateKey::generate(model::KeySpec::ec("p-256"));
        response.body = "\x1b[2J evil text\n" + response.body + std::string(5000, '#') + "\n" +
                        std::string(key.to_pem().reveal());
    };
    Issued issued = bench.issue_once();
    check_issued(bench, issued);
    const std::string pem = crypto::to_pem(issued.chain);
    CHECK(pem.find("-----BEGIN CERTIFICATE-----\n") == 0);
    CHECK(pem.find("evil") == std::string::npos);
    CHECK(pem.find('#') == std::string::npos);
    CHECK(pem.find("PRIVATE") == std::string::npos);
}

TEST_CASE("what a CA does not find is asked for anew soon, whatever type it gives that") {
    Bench whole;
    whole.issue_once();
    Bench bench;
    bench.ca.answer_at(whole.ca.steps() - 1,
                       test::problem_response(404, "malformed", "no such certificate"));
    CHECK(failure_of(bench).failure_class() == model::FailureClass::budget);
    check_issued(bench, bench.issue_once());
}

}  // namespace md::acme

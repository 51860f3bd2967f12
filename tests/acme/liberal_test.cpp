// SPDX-License-Identifier: Apache-2.0
// Answers that RFC 8555 and JSON allow, or that real servers give all the same: what is meant is
// understood, and what is not keeps its order.
#include "issuing.hpp"
#include "support/test_issuer.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>

namespace md::acme {
namespace {

using nlohmann::json;

struct Way {
    const char* name;
    std::string request;  // as ScenarioCa::log has it; what it begins with
    std::function<void(json&)> change;
};

auto set(const std::string& member, const json& value) {
    return [=](json& body) { body[member] = value; };
}

auto erase(const std::string& member) {
    return [=](json& body) { body.erase(member); };
}

auto only_if(const std::string& status, std::function<void(json&)> change) {
    return [=](json& body) {
        if (body["status"] == status)
            change(body);
    };
}

auto in_names(std::function<std::string(std::string)> change) {
    return [=](json& body) {
        for (json& identifier : body["identifiers"])
            identifier["value"] = change(identifier["value"].get<std::string>());
    };
}

auto in_challenges(std::function<void(json&)> change) {
    return [=](json& body) {
        for (json& challenge : body["challenges"])
            change(challenge);
    };
}

std::string capitals(std::string text) {
    for (char& c : text)
        c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
    return text;
}

// "https://ca.test/order/1" as "/order/1".
void make_relative(json& url) {
    const std::string text = url.get<std::string>();
    url = text.substr(std::string("https://ca.test").size());
}

const std::vector<Way> ways = {
    {"authorizations are null once they are proved", "POST order",
     only_if("ready", set("authorizations", nullptr))},
    {"... and are left out", "POST order", only_if("ready", erase("authorizations"))},
    {"... and the same after finalize", "POST finalize", set("authorizations", nullptr)},
    {"the certificate is null until there is one", "POST ",
     [](json& body) {
         if (body.contains("finalize") && !body.contains("certificate"))
             body["certificate"] = nullptr;
     }},
    {"... or empty", "POST ",
     [](json& body) {
         if (body.contains("finalize") && !body.contains("certificate"))
             body["certificate"] = "";
     }},
    {"finalize is told at first alone", "POST order", set("finalize", nullptr)},
    {"names are told at first alone", "POST order", set("identifiers", nullptr)},
    {"error is null", "POST ", set("error", nullptr)},
    {"renewalInfo is null", "GET directory", set("renewalInfo", nullptr)},
    {"optional URLs of the directory are null", "GET directory",
     [](json& body) {
         body["revokeCert"] = nullptr;
         body["keyChange"] = nullptr;
         if (!body["meta"].contains("termsOfService"))
             body["meta"] = nullptr;
     }},
    {"names are in capitals", "POST new-order", in_names(capitals)},
    {"... and later as well", "POST order", in_names(capitals)},
    {"names end with a dot", "POST order",
     in_names([](const std::string& name) { return name + "."; })},
    {"an authorization's name is in capitals", "POST authz",
     [](json& body) {
         body["identifier"]["value"] = capitals(body["identifier"]["value"].get<std::string>());
     }},
    {"the URLs of the directory are relative", "GET directory",
     [](json& body) {
         for (const char* name : {"newNonce", "newAccount", "newOrder"})
             make_relative(body[name]);
     }},
    {"the certificate's URL is relative", "POST finalize",
     [](json& body) { make_relative(body["certificate"]); }},
    {"finalize and the authorizations are relative", "POST new-order",
     [](json& body) {
         make_relative(body["finalize"]);
         for (json& url : body["authorizations"])
             make_relative(url);
     }},
    {"the URLs of challenges are relative", "POST authz",
     in_challenges([](json& challenge) { make_relative(challenge["url"]); })},
    {"challenges have no status", "POST authz",
     in_challenges([](json& challenge) { challenge.erase("status"); })},
    {"... or one that is null", "POST authz",
     in_challenges([](json& challenge) { challenge["status"] = nullptr; })},
    {"a challenge is null", "POST authz",
     [](json& body) { body["challenges"].push_back(nullptr); }},
    {"challenges are left out once it is valid", "POST authz",
     only_if("valid", erase("challenges"))},
};

void meddle_with(Bench& bench, const Way& way) {
    bench.transport.meddle = [way](const std::string& request, http::HttpResponse& response) {
        if (!request.starts_with(way.request) || response.status >= 300 || response.body.empty())
            return;
        json body = json::parse(response.body, nullptr, false);
        if (body.is_discarded())
            return;
        way.change(body);
        response.body = body.dump();
    };
}

}  // namespace

TEST_CASE("what a CA may leave out, write in capitals or relatively is understood at once") {
    for (const Scenario& scenario : test::scenarios())
        for (const Way& way : ways) {
            if (!scenario.order_valid_at_once)  // then finalize has no certificate yet
                continue;
            INFO(way.name << ", " << scenario.name);
            Bench bench(scenario);
            meddle_with(bench, way);
            check_issued(bench, bench.issue_once());
            CHECK(bench.ca.orders() == 1);
            CHECK(bench.ca.certificates() == 1);
        }
}

TEST_CASE("a Location that is relative is followed") {
    Bench bench;
    bench.transport.meddle = [](const std::string& request, http::HttpResponse& response) {
        if (request != "POST new-order" && request != "POST new-account")
            return;
        http::Headers headers;
        for (const auto& [name, value] : response.headers)
            headers.add(name, name == "Location"
                                  ? value.substr(std::string("https://ca.test").size())
                                  : value);
        response.headers = headers;
    };
    check_issued(bench, bench.issue_once());
    CHECK(bench.ca.orders() == 1);
}

TEST_CASE("what is not understood of an order costs no other one, however often it is asked for") {
    const std::vector<Way> broken = {
        {"no JSON", "POST order", nullptr},
        {"an unknown status", "POST order", set("status", "excellent")},
        {"ready, but nowhere to finalize", "POST ",
         [](json& body) {
             if (body.contains("finalize"))
                 body.erase("finalize");
         }},
        {"valid, but no certificate", "POST ",
         [](json& body) {
             if (body.contains("certificate"))
                 body["certificate"] = nullptr;
         }},
        {"a certificate that is nowhere", "POST ",
         [](json& body) {
             if (body.contains("certificate"))
                 body["certificate"] = "data:,x";
         }},
        {"authorizations of no known form", "POST authz", set("challenges", "http-01")},
    };
    for (const Way& way : broken) {
        INFO(way.name);
        Bench bench;
        bench.after_failure = true;
        if (way.change)
            meddle_with(bench, way);
        else
            bench.transport.meddle = [](const std::string& request, http::HttpResponse& response) {
                if (request == "POST order")
                    response.body = "<html>a wall</html>";
            };
        for (int attempt = 0; attempt < 3; ++attempt) {
            try {
                bench.issue_once();
                FAIL("no error");
            } catch (const AcmeError& error) {
                CHECK(error.cause() == model::FailureCause::answer_not_understood);
                CHECK(error.failure_class() == model::FailureClass::passing);
            }
        }
        CHECK(bench.journal.kept_url);
        bench.transport.meddle = nullptr;
        check_issued(bench, bench.issue_once());
        CHECK(bench.ca.orders() == 1);
        CHECK(bench.ca.certificates() == 1);
    }
}

// An answer taken away now would be a failed validation.
TEST_CASE("while the CA validates, an answer that is none is asked for again before it is told") {
    Scenario scenario;
    scenario.authorization_polls = 4;
    for (unsigned garbled : {2U, 1'000U}) {
        Bench bench(scenario);
        unsigned looks = 0;
        bench.transport.meddle = [&](const std::string& request, http::HttpResponse& response) {
            if (request == "POST order" && ++looks <= garbled)
                response.body = "<html>busy</html>";
        };
        if (garbled == 2) {
            check_issued(bench, bench.issue_once());
            continue;
        }
        CHECK_THROWS_AS(bench.issue_once(), ProtocolError);
        CHECK(looks == 3);
        CHECK(bench.journal.kept_url);
    }
}

TEST_CASE("a refusal that is no problem document costs no order, one of the CA's own may") {
    Bench bench;
    bench.transport.meddle = [](const std::string& request, http::HttpResponse& response) {
        if (request == "POST order")
            response = {403, {}, "<html>Access denied</html>"};
    };
    for (int attempt = 0; attempt < 3; ++attempt)
        CHECK_THROWS_AS(bench.issue_once(), Refused);
    bench.transport.meddle = nullptr;
    check_issued(bench, bench.issue_once());
    CHECK(bench.ca.orders() == 1);
}

TEST_CASE("an order that the CA does not know, and says so without a word, gives way to another") {
    Bench bench;
    bench.transport.meddle = [](const std::string& request, http::HttpResponse& response) {
        if (request == "POST order")
            response = {404, {}, ""};
    };
    CHECK_THROWS_AS(bench.issue_once(), Refused);
    int asked = 0;
    bench.transport.meddle = [&](const std::string& request, http::HttpResponse& response) {
        if (request == "POST order" && ++asked == 1)
            response = {404, {}, ""};
    };
    check_issued(bench, bench.issue_once());
    CHECK(bench.ca.orders() == 2);
}

TEST_CASE("a chain in another order, or with more in it than its own, is taken") {
    test::TestIssuer foreign;
    const std::string end = "-----END CERTIFICATE-----\n";
    const auto parts = [&](const std::string& body) {
        std::size_t cut = body.find(end) + end.size();
        return std::pair(body.substr(0, cut), body.substr(cut));
    };
    for (int way = 0; way < 4; ++way) {
        INFO("way " << way);
        Bench bench;
        bench.transport.meddle = [&](const std::string& request, http::HttpResponse& response) {
            if (request.find("certificate") == std::string::npos)
                return;
            const auto [leaf, rest] = parts(response.body);
            const std::vector<std::string> bodies = {rest + leaf, leaf + leaf + rest,
                                                     leaf + rest + rest, rest + leaf + rest};
            response.body = bodies[static_cast<std::size_t>(way)];
        };
        Issued issued = bench.issue_once();
        check_issued(bench, issued);
        CHECK(issued.chain.size() == 2);
        CHECK(issued.chain[0].is_signed_by(issued.chain[1]));
    }
}

TEST_CASE("a certificate that is not valid yet is waited for, or taken up when it is") {
    Scenario scenario;
    scenario.not_before = std::chrono::minutes{4};
    SECTION("a difference of clocks is waited out") {
        Bench bench(scenario);
        const auto start = bench.clock.now();
        Issued issued = bench.issue_once();
        CHECK(issued.chain.front().not_before() <= bench.clock.now());
        CHECK(bench.clock.now() >= start + std::chrono::minutes{4});
    }
    SECTION("more than that is not, and costs no other order") {
        scenario.not_before = std::chrono::hours{3};
        Bench bench(scenario);
        try {
            bench.issue_once();
            FAIL("no error");
        } catch (const AcmeError& error) {
            CHECK(error.cause() == model::FailureCause::certificate_ahead);
            CHECK(error.retry_after() == bench.clock.now() + std::chrono::hours{1});
        }
        CHECK(bench.journal.kept_url);
        bench.clock.advance(std::chrono::hours{3});
        check_issued(bench, bench.issue_once());
        CHECK(bench.ca.certificates() == 1);
    }
}

// A TLS relay handed the POST on and closed without its answer: repeated in silence, it was refused
// as malformed, which was permanent.
TEST_CASE(
    "a challenge whose answer was lost is asked after, whatever its repetition is refused for") {
    for (const char* type : {"malformed", "unauthorized", "novelty"}) {
        INFO(type);
        Bench bench;
        unsigned asked = 0;
        bench.transport.meddle = [&](const std::string& request, http::HttpResponse& response) {
            if (request != "POST challenge")
                return;
            if (++asked == 1)
                throw http::TransportError("lost", http::TransportFault::unanswered);
            response = test::problem_response(400, type, "it is not pending");
        };
        check_issued(bench, bench.issue_once(bench.request({"a.org", "www.a.org"})));
        CHECK(bench.ca.orders() == 1);
    }
}

TEST_CASE("a refused challenge is judged by its authorization") {
    Bench bench;
    bench.transport.meddle = [&](const std::string& request, http::HttpResponse& response) {
        if (request == "POST challenge")
            response = test::problem_response(400, "malformed", "it is not pending");
    };
    SECTION("the CA has begun to look") {
        check_issued(bench, bench.issue_once());
    }
    SECTION("it has not") {
        bench.transport.meddle = [&, inner = bench.transport.meddle](const std::string& request,
                                                                     http::HttpResponse& response) {
            inner(request, response);
            if (request != "POST authz")
                return;
            json body = json::parse(response.body);
            body["status"] = "pending";
            for (json& challenge : body["challenges"])
                challenge["status"] = "pending";
            response.body = body.dump();
        };
        CHECK_THROWS_AS(bench.issue_once(), Refused);
        CHECK(std::count(bench.ca.log().begin(), bench.ca.log().end(), "POST challenge") == 1);
    }
    SECTION("it does not say") {
        bool refused = false;
        bench.transport.meddle = [&, inner = bench.transport.meddle](const std::string& request,
                                                                     http::HttpResponse& response) {
            inner(request, response);
            if (request == "POST authz" && refused)
                response = test::problem_response(500, "serverInternal", "no");
            refused = refused || request == "POST challenge";
        };
        CHECK_THROWS_AS(bench.issue_once(), Refused);
    }
    CHECK(bench.ca.orders() == 1);
}

TEST_CASE("a lost answer to new-order is told, and not asked for twice in one attempt") {
    Bench bench;
    unsigned asked = 0;
    bench.transport.meddle = [&](const std::string& request, http::HttpResponse&) {
        if (request == "POST new-order" && ++asked == 1)
            throw http::TransportError("lost", http::TransportFault::unanswered);
    };
    CHECK_THROWS_AS(bench.issue_once(), http::TransportError);
    CHECK(asked == 1);
}

TEST_CASE("a lost answer to a question alone is asked for once more, and so is an account's") {
    for (const char* lost : {"POST order", "POST authz", "POST certificate", "POST new-account"}) {
        INFO(lost);
        Bench bench;
        unsigned asked = 0;
        bench.transport.meddle = [&](const std::string& request, http::HttpResponse&) {
            if (request == lost && ++asked == 1)
                throw http::TransportError("lost", http::TransportFault::unanswered);
        };
        check_issued(bench, bench.issue_once());
        CHECK(asked >= 2);
        CHECK(bench.ca.orders() == 1);
    }
}

}  // namespace md::acme

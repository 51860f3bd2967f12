// SPDX-License-Identifier: Apache-2.0
// What an order asks for, as a table, and whole issuances against the scripted CA.
#include "acme/order_terms.hpp"

#include "issuing.hpp"

namespace md::acme {
namespace {

using Catch::Contains;
using std::chrono::hours;

std::vector<model::Identifier> names_of(const char* text) {
    return {*model::Identifier::parse(text)};
}

Directory directory_of(std::vector<Profile> profiles) {
    const auto url = *http::Url::parse("https://ca.test/x");
    return {url, url, url, {}, {}, {}, {}, false, {}, std::move(profiles)};
}

Problem problem_of(const std::string& word, unsigned status = 400) {
    Problem problem;
    problem.type = "urn:ietf:params:acme:error:" + word;
    problem.status = status;
    return problem;
}

Bench bench_with(std::map<std::string, std::string> profiles) {
    Scenario scenario;
    scenario.profiles = std::move(profiles);
    return Bench(std::move(scenario));
}

IssueRequest request_for(const Bench& bench, WantedTerms terms,
                         std::vector<const char*> names = {"a.org", "www.a.org"}) {
    IssueRequest request = bench.request(std::move(names));
    request.terms = std::move(terms);
    return request;
}

std::size_t payloads_with(const Bench& bench, const std::string& text) {
    const auto& payloads = bench.ca.order_payloads();
    return static_cast<std::size_t>(std::count_if(
        payloads.begin(), payloads.end(),
        [&](const std::string& payload) { return payload.find(text) != std::string::npos; }));
}

}  // namespace

TEST_CASE("a profile is asked for in the directory's spelling, the exact one first") {
    const Directory directory =
        directory_of({{"Classic", ""}, {"shortLived", ""}, {"classic", ""}});
    CHECK(offered_profile(directory, "SHORTLIVED") == "shortLived");
    CHECK(offered_profile(directory, "classic") == "classic");
    CHECK_FALSE(offered_profile(directory, "short"));
    CHECK_FALSE(offered_profile(directory_of({}), ""));
}

TEST_CASE("an address takes short-lived certificates where they are offered and nothing is said") {
    const sys_seconds now{};
    const Directory offering = directory_of({{"classic", ""}, {"shortlived", ""}});
    CHECK(terms_at(offering, {}, names_of("192.0.2.1"), now).profile == "shortlived");
    CHECK(terms_at(offering, {}, names_of("a.org"), now).profile == "");
    CHECK(terms_at(offering, {"classic"}, names_of("192.0.2.1"), now).profile == "classic");
    CHECK(terms_at(directory_of({}), {"", true}, names_of("192.0.2.1"), now).profile == "");
}

TEST_CASE("what is left out after a refusal, and what is none of the terms' matter") {
    const Directory offering = directory_of({{"shortlived", ""}});
    const OrderTerms asked{"shortlived", sys_seconds{}};
    auto after = [&](const Problem& refusal, const WantedTerms& wanted = {"shortlived"}) {
        return terms_after(refusal, asked, offering, wanted);
    };
    REQUIRE(after(problem_of("invalidProfile")));
    CHECK(after(problem_of("invalidProfile"))->profile == "");
    CHECK(after(problem_of("invalidProfile"))->not_after);
    CHECK_FALSE(after(problem_of("invalidProfile"), {"shortlived", true}));
    CHECK(terms_after(problem_of("invalidProfile"), {"ShortLived", {}}, offering,
                      {"shortlived", true})
              ->profile == "shortlived");
    for (const char* word : {"malformed", "badCSR", "unauthorized"}) {
        REQUIRE(after(problem_of(word)));
        CHECK(after(problem_of(word))->profile == "shortlived");
        CHECK_FALSE(after(problem_of(word))->not_after);
    }
    CHECK(after(problem_of("serverInternal", 500)));
    for (const char* word : {"rateLimited", "accountDoesNotExist", "rejectedIdentifier",
                             "unsupportedIdentifier", "userActionRequired"})
        CHECK_FALSE(after(problem_of(word)));
    CHECK_FALSE(after(problem_of("serverInternal", 503)));
    Problem of_a_name = problem_of("malformed");
    of_a_name.subproblems.push_back({"dns", "", "a.org"});
    CHECK_FALSE(after(of_a_name));
    CHECK_FALSE(terms_after(problem_of("malformed"), {"shortlived", {}}, offering, {}));
}

TEST_CASE("the certificate is issued by the profile, and says which it was") {
    Bench bench = bench_with({{"classic", "90 days"}, {"shortlived", "160 hours"}});
    CHECK(bench.issue_once(request_for(bench, {"ShortLived", true})).profile == "shortlived");
    CHECK(payloads_with(bench, R"("profile":"shortlived")") == 1);
    bench.journal = {};
    CHECK(bench.issue_once().profile == "classic");
    CHECK(payloads_with(bench, R"("profile":"classic")") == 0);
}

TEST_CASE("a profile that is not offered is left out, or fails before any order") {
    Bench bench = bench_with({{"classic", "90 days"}});
    CHECK(bench.issue_once(request_for(bench, {"shortlived"})).profile == "classic");
    CHECK(payloads_with(bench, "shortlived") == 0);
    bench.journal = {};
    CHECK_THROWS_WITH(bench.issue_once(request_for(bench, {"shortlived", true})),
                      Contains("does not offer the profile shortlived") &&
                          Contains("MDProfileMandatory") && Contains("it offers: classic"));
    CHECK(bench.ca.order_payloads().size() == 1);
}

TEST_CASE("a profile that went while the directory was known is looked for there anew") {
    for (const bool is_mandatory : {false, true}) {
        Bench bench = bench_with({{"shortlived", ""}});
        bench.transport.meddle = [&](const std::string& request, http::HttpResponse&) {
            Scenario without;
            without.profiles = {{"classic", ""}};
            if (request == "GET directory")
                bench.ca.set_scenario(without);
        };
        if (is_mandatory)
            CHECK_THROWS_WITH(bench.issue_once(request_for(bench, {"shortlived", true})),
                              Contains("invalidProfile"));
        else
            CHECK(bench.issue_once(request_for(bench, {"shortlived"})).profile == "classic");
    }
}

TEST_CASE("a profile that is refused at finalize costs another order, by the directory of then") {
    Bench bench = bench_with({{"shortlived", ""}});
    bench.ca.on_validate = [&](const std::string&, const std::string&, const std::string&) {
        Scenario without;
        without.profiles = {{"classic", ""}};
        without.reuses_authorizations = true;
        bench.ca.set_scenario(without);
    };
    const Issued issued = bench.issue_once(request_for(bench, {"shortlived"}));
    CHECK(issued.profile == "classic");
    CHECK(bench.ca.orders() == 2);
    check_issued(bench, issued);
}

TEST_CASE("a profile that is refused at finalize for ever ends after two orders") {
    Bench bench = bench_with({{"shortlived", ""}});
    bench.transport.meddle = [](const std::string& request, http::HttpResponse& answer) {
        if (request == "POST finalize")
            answer = test::problem_response(400, "invalidProfile", "not for these names");
    };
    CHECK_THROWS_WITH(bench.issue_once(request_for(bench, {"shortlived", true})),
                      Contains("not for these names"));
    CHECK(bench.ca.orders() == 2);
    CHECK_FALSE(bench.journal.kept_url);
}

TEST_CASE("a staged order of another profile than the present one is not gone on with") {
    Bench bench = bench_with({{"classic", ""}, {"shortlived", ""}});
    bench.ca.cut_at(5, Cut::before);
    CHECK_THROWS(bench.issue_once(request_for(bench, {"shortlived"})));
    REQUIRE(bench.journal.kept_url);
    CHECK(bench.issue_once(request_for(bench, {"classic"})).profile == "classic");
    CHECK(bench.ca.orders() == 2);
}

TEST_CASE("an end of the certificate is asked for, and left out where the CA refuses it") {
    for (const bool refuses : {false, true}) {
        Scenario scenario;
        scenario.refuses_not_after = refuses;
        Bench bench(scenario);
        const auto end = bench.clock.now() + hours(240);
        bench.issue_once(request_for(bench, {"", false, hours(240)}));
        CHECK(payloads_with(bench, R"("notAfter":")" + base::rfc3339(end) + '"') == 1);
        CHECK(bench.ca.order_payloads().size() == (refuses ? 2 : 1));
        CHECK(bench.ca.orders() == 1);
    }
}

TEST_CASE("an order for addresses is placed, proved and issued as one for names") {
    Bench bench = bench_with({{"classic", ""}, {"shortlived", ""}});
    const Issued issued =
        bench.issue_once(request_for(bench, {}, {"192.0.2.1", "a.org", "2001:db8::1"}));
    CHECK(issued.profile == "shortlived");
    CHECK(issued.chain.front().names().size() == 3);
    CHECK(payloads_with(bench, R"({"type":"ip","value":"2001:db8::1"})") == 1);
}

}  // namespace md::acme

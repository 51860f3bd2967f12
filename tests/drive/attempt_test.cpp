// SPDX-License-Identifier: Apache-2.0
// One attempt, whole: what lies in the store afterwards, and what a failure leaves behind.
#include "drive/attempt.hpp"

#include "crypto/certificate.hpp"
#include "drive/bench.hpp"
#include "store/leased_store.hpp"
#include "store/records.hpp"
#include "support/catch.hpp"

namespace md::drive {
namespace {

using model::FailureClass;
using model::ObservedDomain;
using test::Cut;
using test::DriveBench;
using test::managed;
using test::Scenario;
using test::ScenarioCa;

std::size_t staged(const DriveBench& bench) {
    std::size_t count = 0;
    for (const auto& [key, value] : bench.store.values)
        count += key.starts_with("staging/") ? 1 : 0;
    return count;
}

}  // namespace

TEST_CASE("a successful attempt leaves key, chain, md.json and job.json live, and staging empty") {
    DriveBench bench;
    auto wanted = managed({"a.org", "www.a.org"});
    ObservedDomain outcome = bench.attempt(wanted);
    CHECK_FALSE(outcome.attempts);
    REQUIRE(outcome.certificates.size() == 1);
    CHECK(outcome.certificates[0].names.size() == 2);
    auto& values = bench.store.values;
    auto key = crypto::PrivateKey::from_pem(values.at("domains/a.org/privkey.p-256.pem"));
    auto chain = crypto::parse_chain(values.at("domains/a.org/pubcert.p-256.pem"));
    CHECK(chain.front().has_key(key));
    auto record = store::parse_md(values.at("domains/a.org/md.json"));
    REQUIRE(record.has_value());
    CHECK(record->domains == std::vector<std::string>{"a.org", "www.a.org"});
    CHECK(record->ca_url == test::ScenarioCa::directory_url);
    CHECK(record->ca_account == "ACME-ca.test-0000");
    auto job = store::parse_live_job(values.at("domains/a.org/job.json"));
    REQUIRE(job.has_value());
    CHECK(job->state.recorded);
    CHECK(job->state.started.size() == 1);
    CHECK(staged(bench) == 0);
    CHECK(bench.observe(wanted).certificates == outcome.certificates);
}

TEST_CASE("account keys lie encrypted, live keys plain") {
    DriveBench bench;
    bench.attempt(managed({"a.org"}));
    CHECK(bench.store.values.at("accounts/ACME-ca.test-0000/account.pem")
              .starts_with("-----BEGIN ENCRYPTED PRIVATE KEY"));
    CHECK(bench.store.values.at("domains/a.org/privkey.p-256.pem")
              .starts_with("-----BEGIN PRIVATE KEY"));
}

TEST_CASE("without a notify command nothing is owed, with one it is") {
    DriveBench bench;
    CHECK_FALSE(bench.attempt(managed({"a.org"})).delivery->notification.owed);
    bench.server.notify_command = {"/bin/true"};
    CHECK(bench.attempt(managed({"b.org"})).delivery->notification.owed);
}

TEST_CASE(
    "names that servers had for files stay until MDNotifyCmd was run for what replaced them") {
    DriveBench bench;
    bench.server.notify_command = {"/bin/true"};
    auto wanted = managed({"a.org"});
    bench.attempt(wanted);
    bench.attempt(wanted);
    CHECK(bench.store.former_names_told == store::FormerNames::stay);
    bench.server.notify_command.clear();
    bench.attempt(wanted);
    CHECK(bench.store.former_names_told == store::FormerNames::stay);
    bench.attempt(wanted);
    CHECK(bench.store.former_names_told == store::FormerNames::expire);
}

TEST_CASE("an attempt cut at any step is healed by the next, with one account and one certificate",
          "[heavy]") {
    for (const Scenario& scenario : test::scenarios()) {
        if (!scenario.succeeds())
            continue;
        auto wanted = managed({"a.org", "www.a.org"});
        DriveBench uncut(scenario);
        uncut.attempt(wanted);
        for (unsigned step = 0; step < uncut.ca.steps(); ++step)
            for (Cut cut : {Cut::before, Cut::after}) {
                INFO(scenario.name << ", step " << step << " " << uncut.ca.log()[step]
                                   << (cut == Cut::before ? " before" : " after"));
                DriveBench bench(scenario);
                bench.ca.cut_at(step, cut);
                ObservedDomain failed = bench.attempt(wanted);
                // What happens while the CA validates is waited out.
                CHECK(failed.attempts.has_value() != uncut.ca.is_validating_at(step));
                if (failed.attempts) {
                    CHECK(failed.attempts->errors == 1);
                    CHECK(failed.attempts->last_failure->failure_class == FailureClass::passing);
                    CHECK(failed.attempts->next_run > bench.clock.now());
                    CHECK(failed.attempts->next_run <= bench.clock.now() + std::chrono::seconds{7});
                    CHECK(bench.attempt(wanted).certificates.size() == 1);
                }
                CHECK(bench.ca.accounts() == 1);
                CHECK(bench.ca.certificates() == 1);
                CHECK(staged(bench) == 0);
            }
    }
}

TEST_CASE("a store that fails at any change is healed by the next attempt") {
    auto wanted = managed({"a.org"});
    DriveBench unfailing;
    unfailing.attempt(wanted);
    for (unsigned n = 1; n <= unfailing.store.changes(); ++n) {
        INFO("change " << n);
        DriveBench bench;
        bench.store.fail_change(n, true);
        ObservedDomain failed = bench.attempt(wanted);
        REQUIRE(failed.attempts);
        CHECK(failed.attempts->last_failure->detail.find("No space left") != std::string::npos);
        bench.store.heal();
        CHECK(bench.attempt(wanted).certificates.size() == 1);
        CHECK(bench.ca.accounts() == 1);
        CHECK(bench.ca.certificates() <= 2);
    }
}

TEST_CASE("an attempt whose lease is lost stores nothing and asks the CA for nothing") {
    DriveBench bench;
    auto lease = test::run_task(bench.context, bench.store.acquire(store::driver_lease, "first"));
    store::LeasedStore leased(bench.store, *lease);
    bench.store.take_lease("another node");
    const auto wanted = managed({"a.org"});
    auto solvers = [&bench](const model::Settings&) { return bench.all_solvers(); };
    drive::DriveContext with{leased, *bench.authorities, solvers, bench.local, bench.pool};
    const std::string issuer = wanted.settings->common().directory_url;
    AttemptResult result = test::run_task(
        bench.context, drive::attempt(with, bench.server, wanted, ObservedDomain(), issuer));
    REQUIRE(result.attempts.last_failure);
    CHECK(result.attempts.last_failure->detail == "the lease was lost");
    CHECK(bench.store.values.empty());
    CHECK(bench.ca.steps() == 0);
}

TEST_CASE("a full disk is found out before the CA is asked for anything") {
    DriveBench bench;
    bench.store.fail_change(1, true);
    bench.attempt(managed({"a.org"}));
    CHECK(bench.ca.steps() == 0);
}

TEST_CASE("a failed validation is recorded with stage, problem and the budget's delay") {
    Scenario scenario;
    scenario.refused["a.org"] = "connection";
    DriveBench bench(scenario);
    ObservedDomain failed = bench.attempt(managed({"a.org"}));
    const model::Failure& failure = *failed.attempts->last_failure;
    CHECK(failure.stage == "challenge");
    CHECK(failure.problem == "urn:ietf:params:acme:error:connection");
    CHECK(failure.failure_class == FailureClass::budget);
    auto delay = *failed.attempts->next_run - failure.at;
    CHECK(delay >= std::chrono::seconds{45});
    CHECK(delay <= std::chrono::seconds{75});
    CHECK(
        store::parse_staged_job(bench.store.values.at("staging/a.org/job.json"))->attempts.errors ==
        1);
}

TEST_CASE("after a refused proof the next attempt begins with the other challenge type") {
    Scenario scenario;
    scenario.refused["a.org"] = "tls";
    DriveBench bench(scenario);
    auto wanted = managed({"a.org"});
    bench.attempt(wanted);
    CHECK(bench.alpn.prepared().size() == 1);
    CHECK(bench.http.prepared().empty());
    bench.attempt(wanted);
    CHECK(bench.http.prepared().size() == 1);
}

TEST_CASE("the CA's Retry-After is obeyed") {
    DriveBench bench;
    auto limited = test::problem_response(429, "rateLimited", "too many");
    limited.headers.add("Retry-After", "7200");
    bench.ca.answer_at(2, limited);
    ObservedDomain failed = bench.attempt(managed({"a.org"}));
    CHECK(*failed.attempts->next_run >= bench.clock.now() + std::chrono::hours{2});
}

TEST_CASE("an order that is trouble for more than a day is given up for a new one") {
    DriveBench bench;
    const auto wanted = managed({"a.org"});
    http::HttpResponse down;
    down.status = 500;
    // Directory, nonce, account and order come first, and the authorization fails; later directory
    // and nonce, and the order itself fails.
    bench.ca.answer_at(4, down);
    for (unsigned failures = 1; failures <= 40; ++failures) {
        const auto outcome = bench.attempt(wanted);
        REQUIRE(outcome.attempts);
        CHECK(outcome.attempts->errors == failures);
        CHECK(bench.ca.orders() == 1);
        if (failures < 40)
            bench.ca.answer_at(bench.ca.steps() + 2, down);
    }
    CHECK(bench.attempt(wanted).certificates.size() == 1);
    CHECK(bench.ca.orders() == 2);
}

TEST_CASE("a certificate that is refused is asked for three times before another is ordered") {
    DriveBench bench;
    const auto wanted = managed({"a.org"});
    bench.local.wrong_by = std::chrono::hours{24 * 365};
    for (unsigned failures = 1; failures <= 6; ++failures) {
        const auto outcome = bench.attempt(wanted);
        REQUIRE(outcome.attempts);
        CHECK_THAT(outcome.attempts->last_failure->detail, Catch::Contains("expired"));
        CHECK(bench.ca.certificates() == (failures + 2) / 3);
    }
    bench.attempt(wanted);
    REQUIRE(bench.ca.certificates() == 3);
    bench.local.wrong_by = std::chrono::seconds{0};
    CHECK(bench.attempt(wanted).certificates.size() == 1);
    CHECK(bench.ca.certificates() == 3);
}

TEST_CASE("what is not understood keeps its order for good, and is asked again slowly") {
    DriveBench uncut;
    const auto wanted = managed({"a.org"});
    uncut.attempt(wanted);
    DriveBench bench;
    http::HttpResponse html;
    html.status = 200;
    html.body = "<html>maintenance</html>";
    bench.ca.answer_at(uncut.ca.steps() - 1, html);  // the certificate
    for (unsigned failures = 1; failures <= 50; ++failures) {
        const auto outcome = bench.attempt(wanted);
        REQUIRE(outcome.attempts);
        const model::Failure& failure = *outcome.attempts->last_failure;
        CHECK(failure.cause == model::FailureCause::answer_not_understood);
        if (failures > 4)
            CHECK(*outcome.attempts->next_run - failure.at >= std::chrono::hours{18});
        bench.ca.answer_at(bench.ca.steps() + 2, html);  // directory, nonce, the order
    }
    CHECK(bench.ca.orders() == 1);
    bench.ca.answer_at(bench.ca.steps() + 2, test::problem_response(503, "serverInternal", "no"));
    bench.attempt(wanted);
    CHECK(bench.attempt(wanted).certificates.size() == 1);
    CHECK(bench.ca.orders() == 1);
}

TEST_CASE("a certificate that is not valid yet is taken up when it is, and not ordered anew") {
    Scenario scenario;
    scenario.not_before = std::chrono::hours{2};
    DriveBench bench(scenario);
    const auto wanted = managed({"a.org"});
    for (int hour = 0; hour < 2; ++hour) {
        const auto outcome = bench.attempt(wanted);
        REQUIRE(outcome.attempts);
        CHECK(outcome.attempts->last_failure->cause == model::FailureCause::certificate_ahead);
        const auto wait = *outcome.attempts->next_run - bench.clock.now();
        CHECK(wait >= std::chrono::minutes{59});
        CHECK(wait <= std::chrono::minutes{76});
        bench.clock.advance(std::chrono::hours{1});
    }
    CHECK(bench.attempt(wanted).certificates.size() == 1);
    CHECK(bench.ca.orders() == 1);
}

TEST_CASE("an order whose certificate the CA does not give is kept for three days, not for weeks") {
    DriveBench uncut;
    const auto wanted = managed({"a.org"});
    uncut.attempt(wanted);
    DriveBench bench;
    const auto gone = test::problem_response(404, "malformed", "no such certificate");
    bench.ca.answer_at(uncut.ca.steps() - 1, gone);
    for (unsigned failures = 1; failures <= 3; ++failures) {
        CHECK(bench.attempt(wanted).attempts->errors == failures);
        CHECK(bench.ca.log().back() == "POST certificate");
        CHECK(bench.ca.orders() == 1);
        if (failures < 3)
            bench.ca.answer_at(bench.ca.steps() + 3, gone);  // directory, nonce, the order
    }
    CHECK(bench.attempt(wanted).certificates.size() == 1);
    CHECK(bench.ca.orders() == 2);
}

TEST_CASE("what one CA gave does not go live under the name of another") {
    auto wanted = managed({"a.org"});
    wanted.settings.edit().keys = {model::KeySpec::ec("p-256"), model::KeySpec::ec("p-384")};
    wanted.settings.edit().set_directory_urls({std::string(ScenarioCa::directory_url) + "/test"});
    DriveBench uncut;
    uncut.attempt(wanted);
    DriveBench bench;
    bench.ca.cut_at(uncut.ca.steps() - 1, Cut::before);
    REQUIRE(bench.attempt(wanted).certificates.empty());
    REQUIRE(bench.store.values.contains("staging/a.org/pubcert.p-256.pem"));
    REQUIRE(bench.ca.certificates() == 2);  // the other one was not downloaded
    SECTION("as it was staged by mdcertd") {
        wanted.settings.edit().set_directory_urls({ScenarioCa::directory_url});
        CHECK(bench.attempt(wanted).certificates.size() == 2);
        CHECK(bench.ca.certificates() == 4);
    }
    SECTION("as mod_md staged it") {
        bench.store.values["staging/a.org/job.json"] = R"({"name": "a.org"})";
        bench.store.values["staging/a.org/md.json"] =
            R"({"name": "a.org", "domains": ["a.org"], "ca": {"url": "https://ca.test/directory/test"}})";
        SECTION("elsewhere") {
            wanted.settings.edit().set_directory_urls({ScenarioCa::directory_url});
            CHECK(bench.attempt(wanted).certificates.size() == 2);
            CHECK(bench.ca.certificates() == 4);
        }
        SECTION("here") {
            CHECK(bench.attempt(wanted).certificates.size() == 2);
            CHECK(bench.ca.certificates() == 2);
        }
    }
}

TEST_CASE("a staged key of another size is not used") {
    auto wanted = managed({"a.org"});
    wanted.settings.edit().keys = {model::KeySpec::rsa(2048)};
    DriveBench uncut;
    uncut.attempt(wanted);
    DriveBench bench;
    bench.ca.cut_at(uncut.ca.steps() - 2, Cut::before);
    REQUIRE(bench.attempt(wanted).certificates.empty());
    REQUIRE(bench.store.values.contains("staging/a.org/privkey.pem"));
    wanted.settings.edit().keys = {model::KeySpec::rsa(3072)};
    const auto held = bench.attempt(wanted);
    REQUIRE(held.certificates.size() == 1);
    CHECK(held.certificates.front().key.bits == 3072);
}

TEST_CASE("terms that were not agreed to are a permanent mistake: daily, with the URL") {
    Scenario scenario;
    scenario.terms_of_service = "https://ca.test/terms";
    DriveBench bench(scenario);
    auto wanted = managed({"a.org"});
    wanted.settings.edit().issuers[0].agreement.clear();
    ObservedDomain failed = bench.attempt(wanted);
    CHECK(failed.attempts->last_failure->failure_class == FailureClass::permanent);
    CHECK(failed.attempts->last_failure->detail.find("https://ca.test/terms") != std::string::npos);
    CHECK(*failed.attempts->next_run > bench.clock.now() + std::chrono::hours{17});
    CHECK(bench.ca.accounts() == 0);
}

TEST_CASE("with both ports closed the error says so and the CA is not asked") {
    DriveBench bench;
    bench.http.why_not = "MDPortMap closes port 80";
    bench.alpn.why_not = "port 443 could not be bound: Address already in use";
    ObservedDomain failed = bench.attempt(managed({"a.org"}));
    CHECK(failed.attempts->last_failure->cause == model::FailureCause::no_port);
    const std::string& detail = failed.attempts->last_failure->detail;
    CHECK(detail.find("MDPortMap closes port 80") != std::string::npos);
    CHECK(detail.find("Address already in use") != std::string::npos);
    CHECK(bench.ca.steps() == 0);
}

TEST_CASE("a renewal gets a new key and archives the former set") {
    DriveBench bench;
    auto wanted = managed({"a.org"});
    bench.attempt(wanted);
    std::string former = bench.store.values.at("domains/a.org/privkey.p-256.pem");
    bench.attempt(wanted);
    CHECK(bench.store.values.at("domains/a.org/privkey.p-256.pem") != former);
    CHECK(bench.store.values.at("archive/a.org.1/privkey.p-256.pem") == former);
    CHECK(bench.ca.accounts() == 1);
}

TEST_CASE("a failed renewal leaves the live set untouched") {
    DriveBench bench;
    auto wanted = managed({"a.org"});
    bench.attempt(wanted);
    std::string live = bench.store.values.at("domains/a.org/pubcert.p-256.pem");
    Scenario scenario;
    scenario.refused["a.org"] = "unauthorized";
    bench.ca.set_scenario(scenario);
    ObservedDomain failed = bench.attempt(wanted);
    CHECK(failed.certificates.size() == 1);
    CHECK(failed.attempts);
    CHECK(bench.store.values.at("domains/a.org/pubcert.p-256.pem") == live);
}

TEST_CASE("several key types become live together; what was finished is not ordered again") {
    auto wanted = managed({"a.org"});
    wanted.settings.edit().keys = {model::KeySpec::rsa(2048), model::KeySpec::ec("p-384")};
    DriveBench uncut;
    CHECK(uncut.attempt(wanted).certificates.size() == 2);
    CHECK(uncut.store.values.contains("domains/a.org/privkey.pem"));
    CHECK(uncut.store.values.contains("domains/a.org/pubcert.p-384.pem"));
    DriveBench bench;
    bench.ca.cut_at(uncut.ca.steps() - 1, Cut::before);
    ObservedDomain failed = bench.attempt(wanted);
    CHECK(failed.certificates.empty());
    CHECK(bench.store.values.contains("staging/a.org/pubcert.pem"));
    CHECK(bench.attempt(wanted).certificates.size() == 2);
    CHECK(bench.ca.certificates() == 2);
}

TEST_CASE("names a wildcard of the same MD covers are not ordered beside it") {
    auto wanted = managed({"a.org", "*.a.org", "www.a.org"});
    auto names = wanted.certificate_names();
    REQUIRE(names.size() == 2);
    CHECK(names[0].text() == "a.org");
    CHECK(names[1].text() == "*.a.org");
}

TEST_CASE("of several CAs it is kept which one failed, of a single one nothing more") {
    for (bool several : {false, true}) {
        auto wanted = managed({"a.org"});
        std::vector<std::string> urls = {ScenarioCa::directory_url};
        if (several)
            urls.emplace_back("https://other.test/dir");
        wanted.settings.edit().set_directory_urls(urls);
        DriveBench bench;
        bench.ca.answer_at(0, test::problem_response(503, "serverInternal", "down"));
        const ObservedDomain held = bench.attempt(wanted);
        REQUIRE(held.attempts);
        CHECK(held.attempts->errors == 1);
        CHECK(held.attempts->errors_at(ScenarioCa::directory_url) == (several ? 1U : 0U));
        CHECK(held.attempts->issuers.size() == (several ? 1U : 0U));
    }
}

}  // namespace md::drive

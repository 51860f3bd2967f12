// SPDX-License-Identifier: Apache-2.0
// Accounts and whole issuances against the scripted CA, each scenario once, and once per step with
// the connection cut there.
#include "crypto/csr.hpp"
#include "issuing.hpp"

namespace md::acme {

TEST_CASE("every scenario that can succeed ends in a certificate for the key and the names") {
    for (const Scenario& scenario : test::scenarios()) {
        if (!scenario.succeeds())
            continue;
        INFO(scenario.name);
        Bench bench(scenario);
        check_issued(bench, bench.issue_once());
        CHECK(bench.ca.certificates() == 1);
    }
}

TEST_CASE("a connection cut at any step of any scenario is healed by the next attempt") {
    for (const Scenario& scenario : test::scenarios()) {
        if (!scenario.succeeds())
            continue;
        Bench uncut(scenario);
        uncut.issue_once();
        for (unsigned step = 0; step < uncut.ca.steps(); ++step)
            for (Cut cut : {Cut::before, Cut::after}) {
                INFO(scenario.name << ", step " << step << " " << uncut.ca.log()[step]
                                   << (cut == Cut::before ? " before" : " after"));
                Bench bench(scenario);
                bench.ca.cut_at(step, cut);
                if (!uncut.ca.is_validating_at(step))
                    CHECK_THROWS_AS(bench.issue_once(), http::TransportError);
                CHECK(bench.http.standing() + bench.alpn.standing() == 0);
                check_issued(bench, bench.issue_once());
                CHECK(bench.ca.certificates() == 1);
            }
    }
}

TEST_CASE("a first certificate takes ten requests at most, a further one seven or eight") {
    Scenario late;
    late.order_valid_at_once = false;
    late.processing_polls = 0;
    late.authorization_polls = 0;
    Bench bench(late);
    bench.issue_once(bench.request({"a.org"}));
    CHECK(bench.ca.steps() <= 10);
    unsigned first = bench.ca.steps();
    bench.journal = {};
    Client client(bench.context.get_executor(), bench.ca, bench.clock,
                  *http::Url::parse(ScenarioCa::directory_url));
    Account account(bench.context.get_executor(), client, bench.vault);
    test::run_task(bench.context, bench.whole(client, account, bench.request({"b.org"})));
    unsigned second = bench.ca.steps();
    bench.journal = {};
    test::run_task(bench.context, bench.whole(client, account, bench.request({"c.org"})));
    CHECK(bench.ca.steps() - second <= 7);
    CHECK(second - first <= 9);  // a process of its own fetches directory and nonce again
}

TEST_CASE("a name the CA refuses is named, its type kept, and the order forgotten") {
    Scenario scenario;
    scenario.refused["www.a.org"] = "connection";
    Bench bench(scenario);
    try {
        bench.issue_once();
        FAIL("no error");
    } catch (const Refused& refused) {
        CHECK(refused.problem().is("connection"));
        CHECK(std::string(refused.what()).find("www.a.org was not validated") == 0);
        CHECK(refused.failure_class() == model::FailureClass::budget);
    }
    CHECK_FALSE(bench.journal.kept_url);
    CHECK(bench.journal.stages.back() == "challenge");
    CHECK(bench.http.standing() + bench.alpn.standing() == 0);
}

TEST_CASE("all challenges are prepared before the CA is told, with token and thumbprint") {
    Bench bench;
    bool stood = true;
    bench.ca.on_validate = [&](const std::string& name, const std::string& type,
                               const std::string& token) {
        const RecordingSolver& solver = type == "http-01" ? bench.http : bench.alpn;
        auto fits = [&](const ChallengeToProve& one) {
            return one.name.text() == name && one.token == token &&
                   one.key_authorization == token + "." + bench.vault.kept->key.thumbprint();
        };
        stood = stood && solver.standing() == 2 &&
                std::any_of(solver.prepared().begin(), solver.prepared().end(), fits);
    };
    bench.issue_once();
    CHECK(stood);
    CHECK(bench.alpn.prepared().size() == 2);
    CHECK(bench.http.prepared().empty());
}

TEST_CASE("a certificate for other names, another key, or no certificate at all is refused") {
    test::TestIssuer issuer;
    auto key = crypto::PrivateKey::generate(model::KeySpec::ec("p-256"));
    Bench uncut;
    uncut.issue_once();
    unsigned last = uncut.ca.steps() - 1;
    auto now = uncut.clock.now();
    std::vector<model::Identifier> names = {*model::Identifier::parse("a.org"),
                                            *model::Identifier::parse("www.a.org")};
    std::string other_key =
        issuer.issue(crypto::make_csr(key, names, false), now, now + std::chrono::hours{1});
    for (const std::string& body : {other_key, std::string(), std::string("<html>200</html>"),
                                    std::string("-----BEGIN CERTIFICATE-----\nAAAA\n")}) {
        Bench bench;
        http::HttpResponse answer;
        answer.status = 200;
        answer.body = body;
        bench.ca.answer_at(last, answer);
        try {
            bench.issue_once();
            FAIL("no error");
        } catch (const AcmeError& error) {
            CHECK(std::string(error.what()).find("certificate is refused") != std::string::npos);
            CHECK(error.failure_class() == model::FailureClass::budget);
        }
        CHECK(bench.journal.kept_url);
        check_issued(bench, bench.issue_once());
        CHECK(bench.ca.orders() == 1);
    }
}

namespace {

// The order is placed, and what the CA says of it is `body`; at the order's own URL as well, or
// not.
void place_unintelligibly(const char* body, bool at_its_url) {
    INFO(body << (at_its_url ? ", at its URL as well" : ""));
    Bench bench;
    bench.transport.meddle = [=](const std::string& request, http::HttpResponse& answer) {
        if (request == "POST new-order" || (request == "POST order" && at_its_url))
            answer.body = body;
    };
    if (at_its_url) {
        CHECK_THROWS_AS(bench.issue_once(), ProtocolError);
        CHECK(bench.journal.kept_url);
        bench.transport.meddle = nullptr;
    }
    check_issued(bench, bench.issue_once());
    CHECK(bench.ca.orders() == 1);
}

}  // namespace

TEST_CASE("an order whose answer is broken is asked for at its Location, then or later") {
    for (const char* body : {"", "<html>201</html>", R"({"status": "excellent"})",
                             R"({"status": "pending", "identifiers": [], "authorizations": [],
                                 "finalize": "https://ca.test/finalize/0"})"})
        for (bool at_its_url : {false, true})
            place_unintelligibly(body, at_its_url);
}

TEST_CASE("a staged order for other names is not gone on with") {
    Bench bench;
    bench.ca.cut_at(5, Cut::before);
    CHECK_THROWS(bench.issue_once());
    REQUIRE(bench.journal.kept_url);
    bench.issue_once(bench.request({"a.org", "new.a.org"}));
    CHECK(bench.ca.orders() == 2);
}

TEST_CASE("an order the CA forgot is placed anew") {
    Bench bench;
    bench.ca.cut_at(5, Cut::before);
    CHECK_THROWS(bench.issue_once());
    bench.ca.forget_orders();
    check_issued(bench, bench.issue_once());
}

TEST_CASE("an account the CA lost is registered anew with the same key, once") {
    Bench bench;
    bench.issue_once();
    auto key = bench.vault.kept->key;
    bench.ca.forget_accounts();
    bench.journal = {};
    check_issued(bench, bench.issue_once());
    CHECK(bench.vault.kept->key.same_key_as(key));
}

TEST_CASE("an account the CA has deactivated is replaced, by one with another key, once") {
    Bench bench;
    bench.issue_once();
    auto key = bench.vault.kept->key;
    bench.ca.deactivate_accounts();
    bench.journal = {};
    const Issued issued = bench.issue_once();
    CHECK(issued.chain.front().has_key(issued.key));
    CHECK(bench.ca.accounts() == 2);
    CHECK_FALSE(bench.vault.kept->key.same_key_as(key));
    CHECK(bench.vault.retired->key.same_key_as(key));
}

TEST_CASE("a replacement that fails is gone on with, and may itself be replaced later") {
    Bench bench;
    Client client(bench.context.get_executor(), bench.transport, bench.clock,
                  *http::Url::parse(ScenarioCa::directory_url));
    Account account(bench.context.get_executor(), client, bench.vault);
    auto issue_here = [&](const char* name) {
        bench.journal = {};
        test::run_task(bench.context, bench.whole(client, account, bench.request({name})));
    };
    issue_here("a.org");
    bench.ca.deactivate_accounts();
    bench.transport.meddle = [](const std::string& request, http::HttpResponse& response) {
        if (request == "POST new-account")
            response = test::problem_response(503, "serverInternal", "down");
    };
    CHECK_THROWS_AS(issue_here("b.org"), Refused);
    bench.transport.meddle = nullptr;
    issue_here("b.org");
    issue_here("c.org");
    CHECK(bench.ca.accounts() == 2);
    bench.ca.deactivate_accounts();
    issue_here("d.org");
    CHECK(bench.ca.accounts() == 3);
    bench.ca.deactivate_accounts();
    CHECK_THROWS_AS(issue_here("e.org"), Refused);  // what replaced one is not replaced at once
}

TEST_CASE("an account is bound to the external one, and kept with what it was bound by") {
    Scenario scenario;
    scenario.binds_once = true;
    Bench bench(scenario);
    CHECK_THROWS_AS(bench.issue_once(), Refused);  // externalAccountRequired
    bench.wish.binding = model::ExternalAccountBinding{"kid-1", "c2VjcmV0"};
    check_issued(bench, bench.issue_once());
    CHECK(bench.vault.kept->binding == bench.wish.binding);
}

TEST_CASE("an account that was bound and is lost is not registered again by itself") {
    Scenario scenario;
    scenario.binds_once = true;
    Bench bench(scenario);
    bench.wish.binding = model::ExternalAccountBinding{"kid-1", "c2VjcmV0"};
    check_issued(bench, bench.issue_once());
    const auto key = bench.vault.kept->key;
    if (GENERATE(true, false))
        bench.ca.forget_accounts();
    else
        bench.ca.deactivate_accounts();
    bench.journal = {};
    CHECK_THROWS_WITH(bench.issue_once(), Catch::Contains("kid-1 may be used up"));
    CHECK_FALSE(bench.vault.retired);
    CHECK(bench.vault.kept->key.same_key_as(key));
}

TEST_CASE("a binding that the CA takes once is not used again when its answer was lost") {
    Scenario scenario;
    scenario.binds_once = true;
    Bench bench(scenario);
    bench.wish.binding = model::ExternalAccountBinding{"kid-1", "c2VjcmV0"};
    const auto lose_it = [&](const std::string& request, http::HttpResponse& response) {
        if (request == "POST new-account" && bench.ca.accounts() == 1)
            response = http::HttpResponse{};
    };
    bench.transport.meddle = lose_it;
    CHECK_THROWS(bench.issue_once());
    CHECK(bench.vault.kept->url.empty());
    bench.transport.meddle = nullptr;
    check_issued(bench, bench.issue_once());
    CHECK_FALSE(bench.vault.kept->url.empty());
}

TEST_CASE("a CA that answers unauthorized about one thing alone does not cost an account") {
    Bench bench;
    bench.transport.meddle = [](const std::string& request, http::HttpResponse& response) {
        if (request == "POST new-order")
            response = test::problem_response(403, "unauthorized", "not for you");
    };
    CHECK_THROWS_AS(bench.issue_once(), Refused);
    CHECK(bench.ca.accounts() == 1);
    CHECK_FALSE(bench.vault.retired);
}

TEST_CASE("terms that are not agreed to make no account and show the URL") {
    Scenario scenario;
    scenario.terms_of_service = "https://ca.test/terms-2";
    for (const char* agreement : {"", "https://ca.test/terms-1"}) {
        Bench bench(scenario);
        bench.wish.agreement = agreement;
        try {
            bench.issue_once();
            FAIL("no error");
        } catch (const AcmeError& error) {
            CHECK(std::string(error.what()).find("https://ca.test/terms-2") != std::string::npos);
            CHECK(error.failure_class() == model::FailureClass::permanent);
        }
        CHECK(bench.ca.accounts() == 0);
        CHECK_FALSE(bench.vault.kept);
    }
    Bench bench(scenario);
    bench.wish.agreement = "https://ca.test/terms-2";
    CHECK_NOTHROW(bench.issue_once());
}

TEST_CASE("an existing account is not asked to agree again") {
    Bench bench;
    bench.issue_once();
    Scenario changed;
    changed.terms_of_service = "https://ca.test/new-terms";
    bench.ca.set_scenario(changed);
    bench.wish.agreement.clear();
    bench.journal = {};
    CHECK_NOTHROW(bench.issue_once());
}

TEST_CASE("changed contacts are told to the CA, unchanged ones are not") {
    Bench bench;
    bench.issue_once();
    unsigned saves = bench.vault.saves;
    bench.journal = {};
    bench.issue_once();
    CHECK(bench.vault.saves == saves);
    bench.wish.contacts = {"mailto:other@a.org"};
    bench.journal = {};
    bench.issue_once();
    CHECK(bench.ca.contacts() == std::vector<std::string>{"mailto:other@a.org"});
    CHECK(bench.ca.accounts() == 1);
}

TEST_CASE("MDs that need the account at the same time register it once") {
    Bench bench;
    Client client(bench.context.get_executor(), bench.ca, bench.clock,
                  *http::Url::parse(ScenarioCa::directory_url));
    Account account(bench.context.get_executor(), client, bench.vault);
    int done = 0;
    for (int i = 0; i < 8; ++i)
        base::asio::co_spawn(bench.context, account.ensure(bench.wish),
                             [&](std::exception_ptr failed) { done += failed ? 0 : 1; });
    bench.context.run();
    CHECK(done == 8);
    CHECK(bench.ca.accounts() == 1);
}

TEST_CASE("no usable challenge is an error that names the name and each reason") {
    Scenario scenario;
    scenario.challenge_types = {"dns-01"};
    Bench bench(scenario);
    try {
        bench.issue_once();
        FAIL("no error");
    } catch (const AcmeError& error) {
        CHECK(
            std::string(error.what()) ==
            "a.org: no challenge can be answered: tls-alpn-01: the CA does not offer it; http-01: "
            "the CA does not offer it");
    }
}

TEST_CASE("a CA that never decides is given up after five minutes, and the order kept") {
    Scenario scenario;
    scenario.authorization_polls = 1000000;
    Bench bench(scenario);
    auto start = bench.clock.now();
    CHECK_THROWS_AS(bench.issue_once(), AcmeError);
    CHECK(bench.clock.now() - start >= std::chrono::minutes{5});
    CHECK(bench.clock.now() - start < std::chrono::minutes{7});
    CHECK(bench.journal.kept_url);
}

}  // namespace md::acme

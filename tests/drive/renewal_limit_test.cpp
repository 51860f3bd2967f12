// SPDX-License-Identifier: Apache-2.0
// A CA, or a clock, that makes every certificate due as soon as it is there: it is not asked again
// and again, people are told why, and the servers get what there is.
#include "drive/loop_bench.hpp"
#include "schedule/plan.hpp"
#include "support/catch.hpp"

namespace md::drive {
namespace {

using namespace std::chrono_literals;
using test::LoopBench;
using test::managed;
using test::Scenario;

// notBefore lies 61 days back: 29 days are left, which is less than a third.
Scenario backdating() {
    Scenario scenario;
    scenario.backdated = 61 * 24h;
    return scenario;
}

schedule::Step step_of(const LoopBench& bench, const std::string& name) {
    return schedule::plan_domain(bench.desired.domains[0], bench.loop->observed().of(name),
                                 bench.local.now());
}

}  // namespace

// 88 certificates in 15 s, and MDNotifyCmd was never run.
TEST_CASE("a CA that dates its certificates far back is asked once, and the outside is told") {
    LoopBench bench({managed({"a.org"})}, backdating());
    bench.start();
    bench.pass(5min);
    CHECK(bench.ca.certificates() == 1);
    CHECK(bench.hooks.commands.size() == 1);
    CHECK(step_of(bench, "a.org").rule == schedule::Rule::due_when_new);
    bench.stop();
    bench.start();  // the store knows
    bench.pass(5min);
    CHECK(bench.ca.certificates() == 1);
    CHECK(bench.hooks.commands.size() == 1);
    bench.clock.advance(14 * 24h);
    bench.pass(24h);
    CHECK(bench.ca.certificates() == 2);
    CHECK(bench.hooks.commands.size() == 2);
}

// 955 in 185 s.
TEST_CASE("certificates of an hour are renewed in steps by a clock that is 45 minutes ahead") {
    Scenario scenario;
    scenario.lifetime = 1h;
    LoopBench bench({managed({"a.org"})}, scenario);
    bench.local.wrong_by = 45min;
    bench.start();
    bench.pass(60min);
    CHECK(bench.ca.certificates() >= 5);
    CHECK(bench.ca.certificates() <= 10);  // 1 and three in 20 minutes
    CHECK(bench.hooks.commands.size() + 1 >= bench.ca.certificates());
    bench.local.wrong_by = 0s;
    const auto before = bench.ca.certificates();
    bench.pass(30min);
    CHECK(bench.ca.certificates() <= before + 1);
}

TEST_CASE(
    "a certificate of which next to nothing is left is renewed three times in a third of it") {
    Scenario scenario;
    scenario.lifetime = 24h;
    scenario.backdated = 24h - 30s;
    auto wanted = managed({"a.org"});
    const bool several = GENERATE(false, true);
    if (several)
        wanted.settings.edit().keys = {model::KeySpec::ec("p-256"), model::KeySpec::ec("p-384")};
    LoopBench bench({wanted}, scenario);
    bench.start();
    bench.pass(30min);
    CHECK(bench.ca.certificates() == (several ? 8 : 4));  // the first one and three renewals
    CHECK(step_of(bench, "a.org").rule == schedule::Rule::renewal_limit);
    CHECK(bench.hooks.commands.size() == 4);

    bench.loop->request({"a.org"});  // a person's wish
    bench.pass(1min);
    CHECK(bench.ca.certificates() == (several ? 10 : 5));
    bench.stop();
    bench.start();
    bench.pass(30min);
    CHECK(bench.ca.certificates() == (several ? 10 : 5));
}

TEST_CASE("a name that is added is ordered at once, however the CA dates its certificates") {
    LoopBench bench({managed({"a.org"})}, backdating());
    bench.start();
    bench.pass(70s);
    bench.desired.domains = {managed({"a.org", "www.a.org"})};
    bench.reload(bench.desired);
    bench.pass(70s);
    CHECK(bench.ca.certificates() == 2);
    CHECK(bench.loop->observed().of("a.org").certificates.at(0).names.size() == 2);
    bench.pass(10min);
    CHECK(bench.ca.certificates() == 2);
}

TEST_CASE("settings that change all the time cost three renewals an hour at most") {
    LoopBench bench({managed({"a.org"})});
    bench.start();
    bench.pass(10s);
    for (int i = 0; i < 20; ++i) {
        bench.desired.domains = {i % 2 == 0 ? managed({"a.org", "www.a.org"}) : managed({"a.org"})};
        bench.desired.domains[0].settings.edit().must_staple = i % 2 == 0;
        bench.reload(bench.desired);
        bench.pass(1min);
    }
    CHECK(bench.ca.certificates() == 4);
    CHECK(step_of(bench, "a.org").rule == schedule::Rule::renewal_limit);
}

// The call waited for other attempts to end, and each renewal began its wait anew.
TEST_CASE("nobody is renewed again before the outside was told, unless that fails") {
    Scenario scenario;
    scenario.lifetime = 24h;
    scenario.backdated = 24h - 2min;
    LoopBench bench({managed({"a.org"})}, scenario);
    const bool broken = GENERATE(false, true);
    for (int i = 0; broken && i < 50; ++i)
        bench.hooks.fail_next();
    bench.start();
    bench.pass(10min);
    CHECK(bench.ca.certificates() == 4);
    CHECK(bench.hooks.commands.size() >= 4);
}

// Staging first, then the real one: "valid", and nothing was ordered.
TEST_CASE("another CA in the configuration makes what the former one gave due, within the rate") {
    const std::string one = test::ScenarioCa::directory_url, other = one + "/2";
    LoopBench bench(test::many(6));
    for (auto& domain : bench.desired.domains)
        domain.settings.edit().set_directory_urls({other});
    bench.desired.server.order_rate = model::OrderRate{3, 1h};
    const bool recorded = GENERATE(true, false);
    bench.desired.server.order_rate.reset();
    bench.start();
    bench.pass(2min);
    REQUIRE(bench.ca.certificates() == 6);
    bench.stop();
    if (!recorded)
        for (int i = 0; i < 6; ++i)
            bench.store.values.erase("domains/d" + std::to_string(i) + ".org/md.json");
    for (auto& domain : bench.desired.domains)
        domain.settings.edit().set_directory_urls({one});
    bench.desired.server.order_rate = model::OrderRate{3, 1h};
    bench.start();
    bench.pass(10min);
    CHECK(bench.ca.certificates() == (recorded ? 9 : 6));
    bench.pass(2h);
    CHECK(bench.ca.certificates() == (recorded ? 12 : 6));
    bench.pass(3h);
    CHECK(bench.ca.certificates() == (recorded ? 12 : 6));
}

TEST_CASE("a CA that is one of several in the configuration stays") {
    const std::string one = test::ScenarioCa::directory_url;
    LoopBench bench({managed({"a.org"})});
    bench.start();
    bench.pass(10s);
    bench.desired.domains[0].settings.edit().set_directory_urls({"https://new.test/dir", one});
    bench.reload(bench.desired);
    bench.pass(10min);
    CHECK(bench.ca.certificates() == 1);
}

// It was "valid" to us, and broken to every client.
TEST_CASE("a chain that was damaged on disk is due, by restart as by a reload") {
    LoopBench bench({managed({"a.org"})});
    bench.start();
    bench.pass(10s);
    std::string& chain = bench.store.values.at("domains/a.org/pubcert.p-256.pem");
    const std::string end = "-----END CERTIFICATE-----\n";
    const std::string leaf = chain.substr(0, chain.find(end) + end.size());
    const std::string foreign = test::TestIssuer{}.loopback_server().certificate;
    const int kind = GENERATE(0, 1, 2);
    if (kind == 0)
        chain = leaf;
    else if (kind == 1)
        chain = leaf + foreign.substr(foreign.find(end) + end.size());
    else
        chain += foreign;
    if (GENERATE(true, false)) {
        bench.reload(bench.desired);
    } else {
        bench.stop();
        bench.start();
    }
    bench.pass(70s);
    CHECK(bench.ca.certificates() == 2);
    bench.pass(10min);
    CHECK(bench.ca.certificates() == 2);
}

}  // namespace md::drive

// SPDX-License-Identifier: Apache-2.0
// The loop over simulated days: what is due is driven, one failing MD holds up none, the outside is
// told once for many and until it listened.
#include "drive/reconcile.hpp"

#include "drive/loop_bench.hpp"
#include "support/catch.hpp"

namespace md::drive {
namespace {

using namespace std::chrono_literals;
using test::held_by;
using test::LoopBench;
using test::managed;
using test::many;
using test::Scenario;

}  // namespace

TEST_CASE("all MDs get a certificate and the outside is told once, with all names") {
    LoopBench bench({managed({"a.org"}), managed({"b.org"}), managed({"c.org", "www.c.org"})});
    bench.start();
    bench.pass(70s);
    for (const char* name : {"a.org", "b.org", "c.org"})
        CHECK(bench.held(name) == 1);
    REQUIRE(bench.hooks.commands.size() == 1);
    CHECK(bench.hooks.commands[0] ==
          std::vector<std::string>{"/bin/reload", "arg", "a.org", "b.org", "c.org"});
    CHECK(bench.ca.accounts() == 1);
}

// Each of the ways registered an account of its own, and both wrote it into the same folder.
TEST_CASE("a CA that is reached in two ways has one account") {
    auto direct = managed({"a.org"}), by_proxy = managed({"b.org"});
    by_proxy.settings.edit().issuers[0].http_proxy = "http://proxy.test:3128";
    LoopBench bench({direct, by_proxy});
    bench.start();
    REQUIRE(bench.loop->is_running("b.org"));
    bench.pass(70s);
    CHECK(held_by(bench) == 2);
    CHECK(bench.ca.accounts() == 1);
    CHECK_FALSE(bench.store.values.contains("accounts/ACME-ca.test-0001/account.json"));
}

TEST_CASE("an MD that fails holds up no other and is tried again later") {
    Scenario scenario;
    scenario.refused["bad.org"] = "dns";
    LoopBench bench({managed({"bad.org"}), managed({"good.org"})}, scenario);
    bench.start();
    bench.pass(70s);
    CHECK(bench.held("good.org") == 1);
    CHECK(bench.held("bad.org") == 0);
    REQUIRE(bench.loop->observed().of("bad.org").attempts);
    bench.ca.set_scenario({});
    bench.pass(20min);
    CHECK(bench.held("bad.org") == 1);
}

TEST_CASE("a CA that answers 503 for minutes is asked ever more seldom, and then all is well") {
    LoopBench bench({managed({"a.org"})});
    http::HttpResponse unavailable;
    unavailable.status = 503;
    // An attempt ends with the first of them: 5, 10, 20, ... 640 s apart, 27 minutes at most.
    for (unsigned step = 0; step < 8; ++step)
        bench.ca.answer_at(step, unavailable);
    bench.start();
    bench.pass(1min);
    CHECK(bench.ca.steps() >= 3);
    bench.pass(5min);
    CHECK(bench.ca.steps() <= 8);
    CHECK(bench.held("a.org") == 0);
    bench.pass(30min);
    CHECK(bench.held("a.org") == 1);
    CHECK(bench.ca.accounts() == 1);
    CHECK(bench.ca.orders() == 1);
}

TEST_CASE("certificates are renewed for ever, each told once") {
    Scenario scenario;
    scenario.lifetime = 10min;
    LoopBench bench({managed({"a.org"})}, scenario);
    bench.start();
    bench.pass(60min);
    auto until = bench.loop->observed().of("a.org").certificates.at(0).not_after;
    CHECK(until > bench.clock.now());
    CHECK(bench.ca.certificates() >= 7);
    CHECK(bench.ca.certificates() <= 11);
    CHECK(bench.hooks.commands.size() == bench.ca.certificates());
}

TEST_CASE("a failed notification is repeated until it succeeds, also after a restart") {
    LoopBench bench({managed({"a.org"})});
    bench.hooks.fail_next();
    bench.hooks.fail_next();
    bench.start();
    bench.pass(3s);
    CHECK(bench.hooks.commands.size() == 1);
    CHECK(bench.loop->observed().of("a.org").delivery->notification.errors == 1);
    bench.stop();
    bench.start();
    bench.pass(60s);
    CHECK(bench.hooks.commands.size() == 3);
    CHECK_FALSE(bench.loop->observed().of("a.org").delivery->notification.owed);
    bench.pass(10min);
    CHECK(bench.hooks.commands.size() == 3);
    CHECK(bench.ca.certificates() == 1);
}

TEST_CASE("a restart orders nothing again") {
    LoopBench bench({managed({"a.org"})});
    bench.start();
    bench.pass(5s);
    bench.stop();
    bench.start();
    bench.pass(10min);
    CHECK(bench.ca.certificates() == 1);
}

TEST_CASE("the delay after a failure survives a restart") {
    Scenario scenario;
    scenario.refused["a.org"] = "connection";
    LoopBench bench({managed({"a.org"})}, scenario);
    bench.start();
    bench.pass(2s);
    auto next = bench.loop->observed().of("a.org").attempts->next_run;
    auto orders = bench.ca.orders();
    bench.stop();
    bench.start();
    bench.pass(30s);
    CHECK(bench.ca.orders() == orders);
    CHECK(bench.loop->observed().of("a.org").attempts->next_run == next);
}

TEST_CASE("reloads and restarts in the middle of a backoff change nothing about it") {
    Scenario scenario;
    scenario.refused["a.org"] = "connection";
    LoopBench bench({managed({"a.org"})}, scenario);
    bench.start();
    bench.pass(2s);
    const auto orders = bench.ca.orders();
    const auto next = bench.loop->observed().of("a.org").attempts->next_run;
    REQUIRE(next > bench.clock.now() + 30s);
    for (int i = 0; i < 5; ++i) {
        bench.reload(bench.desired);
        CHECK(bench.reloaded);
        bench.pass(2s);
        bench.stop();
        bench.start();
        bench.pass(2s);
        CHECK(bench.loop->observed().of("a.org").attempts->next_run == next);
    }
    CHECK(bench.ca.orders() == orders);
    bench.pass(*next - bench.clock.now() + 5s);
    CHECK(bench.ca.orders() == orders + 1);
    CHECK(bench.loop->observed().of("a.org").attempts->errors == 2);
}

TEST_CASE("stopping in the middle of an attempt records no failure") {
    Scenario slow;
    slow.authorization_polls = 6;
    LoopBench bench({managed({"a.org"})}, slow);
    bench.start();
    bench.pass(3s);
    bench.stop();
    CHECK(bench.store.values.contains("staging/a.org/order.json"));
    CHECK(bench.store.values.at("staging/a.org/job.json").find("renewal-error") ==
          std::string::npos);
    bench.start();
    bench.pass(60s);
    CHECK(bench.held("a.org") == 1);
    CHECK(bench.ca.orders() == 1);
}

TEST_CASE("drive_due does all that is due and tells the outside, then ends") {
    LoopBench bench({managed({"a.org"}), managed({"b.org"})});
    bench.clock.auto_advance(true);
    Reconcile loop(bench.context.get_executor(), bench.drive_context(), bench.hooks, bench.desired,
                   [](const drive::Changes&) {});
    test::run_task(bench.context, loop.load());
    test::run_task(bench.context, loop.drive_due());
    CHECK(bench.ca.certificates() == 2);
    CHECK(bench.hooks.commands.size() == 1);
    test::run_task(bench.context, loop.drive_due());
    CHECK(bench.ca.certificates() == 2);
    CHECK(bench.hooks.commands.size() == 1);
}

// Its attempts once went on alone, met closed ports and recorded what came of that as failures.
TEST_CASE("drive_due that is cancelled ends its attempts, and the next one goes on with them") {
    Scenario slow;
    slow.authorization_polls = 6;
    LoopBench bench({managed({"a.org"})}, slow);
    auto once = [&bench] {
        return std::make_unique<Reconcile>(bench.context.get_executor(), bench.drive_context(),
                                           bench.hooks, bench.desired,
                                           [](const drive::Changes&) {});
    };
    auto loop = once();
    test::run_task(bench.context, loop->load());
    bool ended = false;
    base::asio::co_spawn(bench.context, loop->drive_due(),
                         base::asio::bind_cancellation_slot(
                             bench.stop_signal.slot(), [&](std::exception_ptr failed, const auto&) {
                                 ended = bool(failed);
                             }));
    bench.pass(3s);
    REQUIRE(bench.store.values.contains("staging/a.org/order.json"));
    bench.stop_signal.emit(base::asio::cancellation_type::terminal);
    bench.context.restart();
    bench.context.run();
    CHECK(ended);
    CHECK_FALSE(loop->is_running("a.org"));
    CHECK(bench.store.values.at("staging/a.org/job.json").find("renewal-error") ==
          std::string::npos);

    bench.restart();
    bench.clock.auto_advance(true);
    loop = once();
    test::run_task(bench.context, loop->load());
    test::run_task(bench.context, loop->drive_due());
    CHECK(bench.ca.certificates() == 1);
    CHECK(bench.ca.orders() == 1);
}

TEST_CASE("an empty request makes the loop plan, and a sound plan is counted") {
    LoopBench bench({managed({"a.org"}), managed({"b.org"})});
    bench.start();
    auto turns = bench.loop->sound_turns();
    CHECK(turns > 0);
    bench.settle();
    CHECK(bench.loop->sound_turns() == turns);
    bench.loop->request({});
    bench.settle();
    CHECK(bench.loop->sound_turns() == turns + 1);
}

TEST_CASE("a single pass drives all that is due, however few at once") {
    LoopBench bench(many(3));
    bench.desired.server.max_parallel = 1;
    bench.clock.auto_advance(true);
    Reconcile loop(bench.context.get_executor(), bench.drive_context(), bench.hooks, bench.desired,
                   [](const drive::Changes&) {});
    test::run_task(bench.context, loop.load());
    CHECK(test::run_task(bench.context, loop.drive_due()).empty());
    CHECK(bench.ca.certificates() == 3);
}

TEST_CASE("what is served is looked at after the notification, told again, and confirmed at last") {
    auto domain = managed({"a.org"});
    domain.settings.edit().served_at = {{"a.org", 443}};
    LoopBench bench({domain});
    bench.probe.shown["a.org:443"].fingerprint.octets[0] ^= 1;
    bench.start();
    bench.pass(20s);
    REQUIRE(bench.hooks.commands.size() == 1);
    REQUIRE_FALSE(bench.probe.looks.empty());
    CHECK(bench.probe.looks.front() == "a.org at a.org:443");
    bench.pass(2min);
    CHECK(bench.hooks.commands.size() == 2);
    const auto& seen = *bench.loop->observed().of("a.org").delivery->served;
    CHECK_FALSE(seen.confirmed);
    CHECK(seen.told_again);
    CHECK_THAT(seen.instead, Catch::Contains("a.org:443 shows another certificate"));

    bench.stop();
    bench.start();  // a restart knows what was seen
    bench.probe.shown["a.org:443"] = bench.loop->observed().of("a.org").certificates.front();
    bench.pass(2h);
    CHECK(bench.loop->observed().of("a.org").delivery->served->confirmed);
    const auto looks = bench.probe.looks.size();
    bench.pass(50h);
    CHECK(bench.probe.looks.size() == looks + 2);
    CHECK(bench.hooks.commands.size() == 2);
}

}  // namespace md::drive

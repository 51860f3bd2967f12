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
    by_proxy.settings.edit().http_proxy = "http://proxy.test:3128";
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
    REQUIRE(bench.loop->observed().of("bad.org").staged_job);
    bench.ca.set_scenario({});
    bench.pass(20min);
    CHECK(bench.held("bad.org") == 1);
}

TEST_CASE("a CA that answers 503 for minutes is asked ever more seldom, and then all is well") {
    LoopBench bench({managed({"a.org"})});
    http::Response unavailable;
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
    CHECK(bench.loop->observed().of("a.org").live_job->notify_errors == 1);
    bench.stop();
    bench.start();
    bench.pass(60s);
    CHECK(bench.hooks.commands.size() == 3);
    CHECK(bench.loop->observed().of("a.org").live_job->notified);
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
    auto next = bench.loop->observed().of("a.org").staged_job->next_run;
    auto orders = bench.ca.orders();
    bench.stop();
    bench.start();
    bench.pass(30s);
    CHECK(bench.ca.orders() == orders);
    CHECK(bench.loop->observed().of("a.org").staged_job->next_run == next);
}

TEST_CASE("reloads and restarts in the middle of a backoff change nothing about it") {
    Scenario scenario;
    scenario.refused["a.org"] = "connection";
    LoopBench bench({managed({"a.org"})}, scenario);
    bench.start();
    bench.pass(2s);
    const auto orders = bench.ca.orders();
    const auto next = bench.loop->observed().of("a.org").staged_job->next_run;
    REQUIRE(next > bench.clock.now() + 30s);
    for (int i = 0; i < 5; ++i) {
        bench.reload(bench.desired);
        CHECK(bench.reloaded);
        bench.pass(2s);
        bench.stop();
        bench.start();
        bench.pass(2s);
        CHECK(bench.loop->observed().of("a.org").staged_job->next_run == next);
    }
    CHECK(bench.ca.orders() == orders);
    bench.pass(*next - bench.clock.now() + 5s);
    CHECK(bench.ca.orders() == orders + 1);
    CHECK(bench.loop->observed().of("a.org").staged_job->errors == 2);
}

TEST_CASE("a requested renewal is driven at once, and waited for") {
    LoopBench bench({managed({"a.org"})});
    bench.start();
    bench.pass(5s);
    bench.loop->request({"a.org"});
    bool done = false;
    base::asio::co_spawn(bench.context, bench.loop->attempts_ended({"a.org"}),
                         [&](std::exception_ptr, const auto&) { done = true; });
    bench.pass(5s);
    CHECK(done);
    CHECK(bench.ca.certificates() == 2);
    CHECK_THROWS_AS(bench.loop->request({"stranger.org"}), base::Error);
}

TEST_CASE("a renewal that is requested in the middle of an attempt is the one waited for") {
    LoopBench bench({managed({"a.org"})});
    bench.start();
    REQUIRE(bench.loop->is_running("a.org"));
    bench.ca.answer_at(bench.ca.steps(), test::problem_response(503, "serverInternal", "down"));
    bench.loop->request({"a.org"});
    std::size_t held = 0;
    base::asio::co_spawn(bench.context, bench.loop->attempts_ended({"a.org"}),
                         [&](std::exception_ptr, const auto&) { held = bench.held("a.org"); });
    bench.pass(5s);
    CHECK(held == 1);
}

TEST_CASE("a reload drives what is new and leaves the rest alone") {
    LoopBench bench({managed({"a.org"})});
    bench.start();
    bench.pass(5s);
    auto desired = bench.desired;
    desired.domains = {managed({"a.org"}), managed({"new.org"})};
    bench.reload(desired);
    bench.pass(5s);
    CHECK(bench.reloaded);
    CHECK(bench.held("new.org") == 1);
    CHECK(bench.ca.certificates() == 2);
}

// Found by a reload that came between the log line of a failure and the end of the attempt: the
// domain waited an hour for a retry with settings that were mended already.
TEST_CASE("a failure under settings that a reload has changed meanwhile delays nothing") {
    Scenario failing;
    failing.authorization_polls = 3;
    failing.refused["a.org"] = "dns";
    LoopBench bench({managed({"a.org"})}, failing);
    bench.start();
    REQUIRE(bench.loop->is_running("a.org"));
    bench.desired.domains[0].origin.line = 7;
    const bool mended = GENERATE(true, false);
    if (mended)
        bench.desired.domains[0].settings.edit().keys = {model::KeySpec::ec("p-384")};
    bench.reload(bench.desired);
    REQUIRE(bench.loop->is_running("a.org"));
    for (int i = 0; i < 100 && bench.loop->observed().of("a.org").staged_job == std::nullopt; ++i)
        bench.pass(1s);
    REQUIRE(bench.loop->observed().of("a.org").staged_job->errors == 1);
    bench.ca.set_scenario({});
    bench.pass(20s);
    CHECK(bench.held("a.org") == (mended ? 1 : 0));
}

// The same where the attempt ends while the reload reads the store: nobody had looked at it again.
TEST_CASE("an attempt that ends while a reload reads the store is judged by the new settings") {
    Scenario failing;
    failing.refused["a.org"] = "dns";
    LoopBench bench({managed({"a.org"})}, failing);
    bench.start();
    REQUIRE(bench.loop->is_running("a.org"));
    const bool mended = GENERATE(true, false);
    if (mended)
        bench.desired.domains[0].settings.edit().keys = {model::KeySpec::ec("p-384")};
    base::Wakeup store_answers(bench.context.get_executor());
    bench.store.listing_awaits = &store_answers;
    bench.reload(bench.desired);
    for (int i = 0; i < 100 && bench.loop->is_running("a.org"); ++i)
        bench.pass(1s);
    REQUIRE_FALSE(bench.loop->is_running("a.org"));
    REQUIRE_FALSE(bench.reloaded);
    REQUIRE(bench.loop->observed().of("a.org").staged_job->errors == 1);
    bench.ca.set_scenario({});
    bench.store.listing_awaits = nullptr;
    store_answers.wake();
    bench.pass(20s);
    CHECK(bench.reloaded);
    CHECK(bench.held("a.org") == (mended ? 1 : 0));
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
    Reconcile loop(bench.context.get_executor(), bench.tools(), bench.hooks, bench.desired,
                   [](const model::ManagedDomain*) {});
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
        return std::make_unique<Reconcile>(bench.context.get_executor(), bench.tools(), bench.hooks,
                                           bench.desired, [](const model::ManagedDomain*) {});
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

TEST_CASE("a renamed MD is found under its new name before anything is planned for it") {
    LoopBench bench({managed({"a.org", "www.a.org"})});
    bench.start();
    bench.pass(1min);
    REQUIRE(bench.held("a.org") == 1);
    auto orders = bench.ca.orders();
    model::DesiredState renamed = bench.desired;
    renamed.domains = {managed({"www.a.org", "a.org"})};
    bench.reload(renamed);
    bench.pass(1min);
    REQUIRE(bench.reloaded);
    CHECK(bench.held("www.a.org") == 1);
    CHECK(bench.loop->observed().domains.count("a.org") == 0);
    CHECK(bench.ca.orders() == orders);
}

// Both a.org, whose renewal fails, and new.org, which never got a certificate, have begun
// something. Merged into one MD they once kept the daemon from starting, and each reload failed.
TEST_CASE("an MD that inherits replaces what was begun under its own name") {
    LoopBench bench({managed({"a.org"})});
    bench.start();
    bench.pass(1min);
    REQUIRE(bench.held("a.org") == 1);
    for (const char* name : {"a.org", "new.org"})
        bench.store.values["staging/" + std::string(name) + "/job.json"] =
            R"({"name":")" + std::string(name) + R"(","errors":1})";
    bench.desired.domains = {managed({"new.org", "a.org"})};
    const bool by_reload = GENERATE(true, false);
    if (by_reload) {
        bench.reload(bench.desired);
        CHECK(bench.reloaded);
    } else {
        bench.stop();
        bench.start();
    }
    CHECK(bench.loop->observed().domains.count("a.org") == 0);
    bench.pass(1min);
    CHECK(bench.held("new.org") == 1);
    CHECK(bench.ca.orders() == 2);  // of both names
}

TEST_CASE("an MD that cannot be renamed in the store holds up no other") {
    LoopBench bench({managed({"a.org", "www.a.org"}), managed({"b.org"})});
    bench.start();
    bench.pass(1min);
    REQUIRE(held_by(bench) == 2);
    bench.desired.domains = {managed({"www.a.org", "a.org"}), managed({"b.org"}),
                             managed({"c.org"})};
    bench.store.fail_change(1);
    const bool by_reload = GENERATE(true, false);
    if (by_reload) {
        bench.reload(bench.desired);
        CHECK(bench.reloaded);
    } else {
        bench.stop();
        bench.start();
    }
    bench.pass(1min);
    CHECK(held_by(bench) == 3);
}

TEST_CASE("a reload that fails for the store leaves everything in it where it was") {
    LoopBench bench({managed({"a.org", "www.a.org"})});
    bench.start();
    bench.pass(1min);
    const auto before = bench.store.values;
    model::DesiredState renamed = bench.desired;
    renamed.domains = {managed({"www.a.org", "a.org"})};
    bench.store.versions_fail = true;
    bench.reload(renamed);
    CHECK_FALSE(bench.reloaded);
    CHECK(bench.store.values == before);
    CHECK(bench.loop->desired().domains.at(0).name() == "a.org");
}

// It waited a minute only, then a second attempt began beside the first, for the same names.
TEST_CASE("whoever has the names of an MD that is still driven waits until that has ended") {
    Scenario slow;
    slow.authorization_polls = 10;
    LoopBench bench({managed({"a.org", "www.a.org"})}, slow);
    bench.start();
    REQUIRE(bench.loop->is_running("a.org"));
    bench.desired.domains = {managed({"www.a.org", "a.org"})};
    bench.reload(bench.desired);
    REQUIRE(bench.reloaded);
    const bool requested = GENERATE(false, true);
    if (requested)
        bench.loop->request({"www.a.org"});
    for (int i = 0; i < 600 && bench.loop->is_running("a.org"); ++i) {
        CHECK_FALSE(bench.loop->is_running("www.a.org"));
        bench.pass(1s);
    }
    REQUIRE_FALSE(bench.loop->is_running("a.org"));
    CHECK(bench.held("www.a.org") == 1);
    bench.pass(5min);
    CHECK(bench.ca.orders() == (requested ? 2 : 1));
}

// What is obtained under the new name at this moment must not be renamed over.
TEST_CASE("an MD that is being driven inherits nothing meanwhile") {
    Scenario slow;
    slow.authorization_polls = 3;
    LoopBench bench({managed({"a.org"})});
    bench.start();
    bench.pass(1min);
    REQUIRE(bench.held("a.org") == 1);
    bench.ca.set_scenario(slow);
    bench.desired.domains = {managed({"a.org"}), managed({"new.org"})};
    bench.reload(bench.desired);
    REQUIRE(bench.loop->is_running("new.org"));
    bench.desired.domains = {managed({"new.org", "a.org"})};
    bench.reload(bench.desired);
    CHECK(bench.reloaded);
    CHECK(bench.store.values.contains("domains/a.org/md.json"));
    bench.pass(5min);
    CHECK(bench.held("new.org") == 1);
    CHECK(bench.store.values.contains("domains/a.org/md.json"));
}

TEST_CASE("no more are driven at once than MDMaxParallel allows, and all come to their turn") {
    Scenario slow;
    slow.authorization_polls = 2;
    LoopBench bench(many(9), slow);
    bench.desired.server.max_parallel = 2;
    bench.start();
    while (bench.ca.certificates() < 9) {
        std::ptrdiff_t running = 0;
        for (const model::ManagedDomain& domain : bench.desired.domains)
            running += bench.loop->is_running(domain.name());
        REQUIRE(running == std::min<std::ptrdiff_t>(2, 9 - held_by(bench)));
        bench.pass(1s);
    }
}

TEST_CASE("orders keep to the rate, the most urgent first, also after a restart") {
    LoopBench bench(many(5));
    bench.desired.server.order_rate = model::OrderRate{2, 1h};
    bench.start();
    bench.pass(30min);
    CHECK(held_by(bench) == 2);
    bench.stop();
    bench.start();
    bench.pass(20min);
    CHECK(held_by(bench) == 2);
    bench.loop->request({"d4.org"});  // asked for alone: does not wait
    bench.pass(1min);
    CHECK(bench.held("d4.org") == 1);
    bench.pass(15min);
    CHECK(held_by(bench) >= 4);
    bench.pass(2h);
    CHECK(held_by(bench) == 5);
    CHECK(bench.ca.orders() == 5);
}

TEST_CASE("of many that are requested some wait for the rate, and are named") {
    LoopBench bench(many(4));
    bench.desired.server.order_rate = model::OrderRate{6, 1h};
    bench.start();
    bench.pass(1min);
    REQUIRE(held_by(bench) == 4);
    const auto orders = bench.ca.orders();
    bench.loop->request({"d0.org", "d1.org", "d2.org", "d3.org"});
    std::vector<std::string> waiting;
    base::asio::co_spawn(
        bench.context, bench.loop->attempts_ended({"d0.org", "d1.org", "d2.org", "d3.org"}),
        [&](std::exception_ptr, std::vector<std::string> names) { waiting = std::move(names); });
    bench.pass(1min);
    CHECK(bench.ca.orders() == orders + 2);
    CHECK(waiting.size() == 2);
    bench.pass(2h);
    CHECK(bench.ca.orders() == orders + 4);
}

TEST_CASE("one that is asked for alone is waited for, also while all hands are busy") {
    LoopBench bench(many(3));
    bench.desired.server.order_rate = model::OrderRate{3, 1h};
    bench.desired.server.max_parallel = 1;
    bench.start();
    bench.pass(1min);
    REQUIRE(held_by(bench) == 3);
    bench.loop->request({"d0.org"});
    bench.loop->request({"d1.org"});
    bool done = false;
    std::vector<std::string> waiting;
    base::asio::co_spawn(bench.context, bench.loop->attempts_ended({"d0.org", "d1.org"}),
                         [&](std::exception_ptr, std::vector<std::string> names) {
                             waiting = std::move(names);
                             done = true;
                         });
    bench.pass(1min);
    CHECK(done);
    CHECK(waiting.empty());
    CHECK(bench.ca.orders() == 5);
}

TEST_CASE("a single pass drives all that is due, however few at once") {
    LoopBench bench(many(3));
    bench.desired.server.max_parallel = 1;
    bench.clock.auto_advance(true);
    Reconcile loop(bench.context.get_executor(), bench.tools(), bench.hooks, bench.desired,
                   [](const model::ManagedDomain*) {});
    test::run_task(bench.context, loop.load());
    CHECK(test::run_task(bench.context, loop.drive_due()).empty());
    CHECK(bench.ca.certificates() == 3);
}

TEST_CASE("what expires soonest goes before what is new, once its last tenth has begun") {
    Scenario short_lived;
    short_lived.lifetime = 10h;
    LoopBench bench({managed({"old.org"})}, short_lived);
    bench.start();
    bench.pass(1min);
    REQUIRE(bench.held("old.org") == 1);
    bench.stop();
    bench.clock.advance(9h + 30min);
    bench.desired.domains = {managed({"new.org"}), managed({"old.org"})};
    bench.desired.server.order_rate = model::OrderRate{1, 1h};
    bench.start();
    bench.pass(1min);
    CHECK(bench.ca.certificates() == 2);
    CHECK(bench.held("new.org") == 0);
    bench.pass(1h);
    CHECK(bench.held("new.org") == 1);
}

// Their certificates had expired long ago, so that nobody was more urgent than they were.
TEST_CASE("MDs that fail for ever take no turn from one whose time has come") {
    Scenario short_lived;
    short_lived.lifetime = 1000h;
    const auto dead = many(4);
    LoopBench bench(dead, short_lived);
    bench.start();
    bench.pass(1min);
    REQUIRE(held_by(bench) == 4);
    bench.stop();
    bench.clock.advance(1100h);
    for (const auto& domain : dead)
        short_lived.refused[domain.name()] = "dns";
    bench.ca.set_scenario(short_lived);
    bench.desired.domains.push_back(managed({"good.org"}));
    bench.start();
    bench.pass(1min);
    REQUIRE(bench.held("good.org") == 1);
    const auto first = bench.loop->observed().of("good.org").certificates.at(0).not_after;
    bench.stop();
    // Less than the dead ask for: four a day. The last tenth of good.org's life begins in 5 hours.
    bench.clock.advance(895h);
    bench.desired.server.order_rate = model::OrderRate{1, 10h};
    bench.start();
    bench.pass(60h);
    CHECK(bench.loop->observed().of("good.org").certificates.at(0).not_after > first);
}

TEST_CASE("a CA that asks to be left alone is, by all MDs that use it") {
    LoopBench bench(many(3));
    bench.desired.server.max_parallel = 1;
    http::Response busy = test::problem_response(503, "serverInternal", "maintenance");
    busy.headers.add("Retry-After", "7200");
    bench.ca.answer_at(0, busy);
    bench.start();
    bench.pass(110min);
    CHECK(bench.ca.steps() == 1);
    bench.pass(1h);
    CHECK(held_by(bench) == 3);
}

TEST_CASE("a CA that is busy and says to come back at once is asked ever more seldom") {
    LoopBench bench({managed({"a.org"})});
    http::Response busy = test::problem_response(503, "serverInternal", "maintenance");
    busy.headers.add("Retry-After", "0");
    for (unsigned step = 0; step < 100; ++step)
        bench.ca.answer_at(step, busy);
    bench.start();
    bench.pass(10min);
    CHECK(bench.ca.steps() > 3);
    CHECK(bench.ca.steps() < 12);
}

TEST_CASE("a limit that an order hits holds up the other MDs for minutes only") {
    LoopBench bench(many(3));
    bench.desired.server.max_parallel = 1;
    http::Response limit = test::problem_response(429, "rateLimited", "too many certificates");
    limit.headers.add("Retry-After", "86400");
    bench.ca.answer_at(3, limit);  // directory, nonce, account; the order
    bench.start();
    bench.pass(14min);
    CHECK(held_by(bench) == 0);
    bench.pass(2min);
    CHECK(held_by(bench) == 2);
    CHECK(bench.held("d0.org") == 0);
}

TEST_CASE("drive_due names those the rate lets wait") {
    LoopBench bench(many(3));
    bench.desired.server.order_rate = model::OrderRate{2, 1h};
    bench.clock.auto_advance(true);
    Reconcile loop(bench.context.get_executor(), bench.tools(), bench.hooks, bench.desired,
                   [](const model::ManagedDomain*) {});
    test::run_task(bench.context, loop.load());
    CHECK(test::run_task(bench.context, loop.drive_due()) == std::vector<std::string>{"d2.org"});
    CHECK(bench.ca.certificates() == 2);
    CHECK(bench.hooks.commands.size() == 1);
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
    const auto& seen = *bench.loop->observed().of("a.org").live_job->served;
    CHECK_FALSE(seen.confirmed);
    CHECK(seen.told_again);
    CHECK_THAT(seen.instead, Catch::Contains("a.org:443 shows another certificate"));

    bench.stop();
    bench.start();  // a restart knows what was seen
    bench.probe.shown["a.org:443"] = bench.loop->observed().of("a.org").certificates.front();
    bench.pass(2h);
    CHECK(bench.loop->observed().of("a.org").live_job->served->confirmed);
    const auto looks = bench.probe.looks.size();
    bench.pass(50h);
    CHECK(bench.probe.looks.size() == looks + 2);
    CHECK(bench.hooks.commands.size() == 2);
}

}  // namespace md::drive

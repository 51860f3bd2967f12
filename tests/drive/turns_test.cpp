// SPDX-License-Identifier: Apache-2.0
// Whose turn it is: MDMaxParallel, MDOrderRate, what the CA asks for, and what is requested by
// name.
#include "drive/loop_bench.hpp"
#include "drive/reconcile.hpp"
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
    http::HttpResponse busy = test::problem_response(503, "serverInternal", "maintenance");
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
    http::HttpResponse busy = test::problem_response(503, "serverInternal", "maintenance");
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
    http::HttpResponse limit = test::problem_response(429, "rateLimited", "too many certificates");
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
    Reconcile loop(bench.context.get_executor(), bench.drive_context(), bench.hooks, bench.desired,
                   [](const Changes&) {});
    test::run_task(bench.context, loop.load());
    CHECK(test::run_task(bench.context, loop.drive_due()) == std::vector<std::string>{"d2.org"});
    CHECK(bench.ca.certificates() == 2);
    CHECK(bench.hooks.commands.size() == 1);
}

}  // namespace md::drive

// SPDX-License-Identifier: Apache-2.0
// A clock that is wrong: no good certificate is replaced or lost by it, and once it is right again
// all goes on as if nothing had been.
#include "drive/loop_bench.hpp"
#include "schedule/plan.hpp"
#include "support/catch.hpp"

namespace md::drive {
namespace {

using namespace std::chrono_literals;
using test::LoopBench;
using test::managed;

constexpr auto year = 365 * 24h;

const std::string chain_key = "domains/a.org/pubcert.p-256.pem";

// A daemon that has its certificate, and what time it took for now.
struct Settled : LoopBench {
    Settled() : LoopBench({managed({"a.org"})}) {
        start();
        pass(10s);
        REQUIRE(held("a.org") == 1);
        chain = store.values.at(chain_key);
        orders = ca.orders();
    }
    schedule::Step step() {
        return schedule::plan_domain(desired.domains[0], loop->observed().of("a.org"), local.now());
    }
    bool has_kept_it() const { return store.values.at(chain_key) == chain; }

    std::string chain;
    std::size_t orders = 0;
};

}  // namespace

TEST_CASE("a clock that jumps keeps the good certificate, and is forgotten once it is right") {
    // 1971: reset to where a machine without a battery begins.
    const std::chrono::seconds jump = GENERATE(
        std::chrono::seconds{-1h}, std::chrono::seconds{-55 * year},
        std::chrono::seconds{-2 * year}, std::chrono::seconds{1h}, std::chrono::seconds{10 * year});
    CAPTURE(jump.count());
    Settled bench;
    const schedule::Step before = bench.step();
    bench.local.wrong_by = jump;
    bench.pass(80min);
    bench.stop();
    bench.start();
    bench.pass(80min);
    CHECK(bench.has_kept_it());
    CHECK(bench.loop->sound_turns() > 0);
    bench.local.wrong_by = 0s;
    bench.pass(10min);
    CHECK(bench.has_kept_it());
    CHECK(bench.step().at == before.at);
    CHECK(bench.step().rule == before.rule);
    // And the renewal comes when it would have come.
    bench.clock.advance(*before.at - bench.clock.now() - 2min);
    bench.pass(1min);
    CHECK(bench.has_kept_it());
    bench.pass(10min);
    CHECK_FALSE(bench.has_kept_it());
    CHECK(bench.held("a.org") == 1);
}

TEST_CASE("with a clock that is behind nothing is asked of the CA, and the status can say why") {
    Settled bench;
    bench.local.wrong_by = -2 * year;
    bench.pass(3h);
    CHECK(bench.step().rule == schedule::Rule::clock_behind);
    bench.local.wrong_by = -55 * year;
    bench.pass(3h);
    CHECK(bench.step().rule == schedule::Rule::clock_unset);
    CHECK(bench.ca.orders() == bench.orders);
}

TEST_CASE("ten years ahead the CA's certificates look expired: refused, recorded, kept apart") {
    Settled bench;
    bench.local.wrong_by = 10 * year;
    bench.pass(3h);
    const auto& held = bench.loop->observed().of("a.org");
    REQUIRE(held.attempts);
    REQUIRE(held.attempts->last_failure);
    CHECK_THAT(held.attempts->last_failure->detail, Catch::Contains("expired"));
    // 1, 10 and 100 minutes apart.
    CHECK(bench.ca.orders() - bench.orders <= 4);
    CHECK(bench.has_kept_it());
}

TEST_CASE("a machine that boots in 1970 gets its first certificate as soon as its clock is set") {
    LoopBench bench({managed({"a.org"})});
    bench.local.wrong_by = -bench.clock.now().time_since_epoch();
    bench.start();
    bench.pass(2h);
    CHECK(bench.ca.orders() == 0);
    CHECK(bench.loop->sound_turns() > 0);
    bench.local.wrong_by = 0s;
    bench.pass(70s);
    CHECK(bench.held("a.org") == 1);
    CHECK(bench.hooks.commands.size() == 1);
}

}  // namespace md::drive

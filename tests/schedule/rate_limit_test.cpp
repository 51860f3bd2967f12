// SPDX-License-Identifier: Apache-2.0
#include "schedule/rate_limit.hpp"

#include "schedule/backoff.hpp"
#include "support/catch.hpp"

#include <map>
#include <random>

namespace md::schedule {
namespace {

using namespace std::chrono_literals;
using model::OrderRate;

constexpr sys_seconds start = std::chrono::sys_days{std::chrono::year{2026} / 11 / 24};
constexpr OrderRate three_an_hour{3, 1h};

}  // namespace

TEST_CASE("orders are free until the rate is used up, then wait for the oldest to be over") {
    RateLimit limit;
    for (auto minute : {0min, 10min, 20min}) {
        CHECK(limit.next_start(start + minute, three_an_hour) == start + minute);
        limit.count(start + minute, 1, three_an_hour);
    }
    CHECK(limit.next_start(start + 21min, three_an_hour) == start + 1h);
    CHECK(limit.next_start(start + 1h, three_an_hour) == start + 1h);
    limit.count(start + 1h, 1, three_an_hour);
    CHECK(limit.next_start(start + 1h, three_an_hour) == start + 70min);
}

TEST_CASE("no rate is no limit, and several keys are several orders") {
    RateLimit limit;
    limit.count(start, 1000, {});
    CHECK(limit.next_start(start, {}) == start);
    limit.count(start, 2, three_an_hour);
    CHECK(limit.next_start(start, three_an_hour) == start);
    limit.count(start, 2, three_an_hour);
    CHECK(limit.next_start(start, three_an_hour) == start + 1h);
}

TEST_CASE("a CA that wants to be left alone is, for as long as the farthest word says") {
    RateLimit limit;
    limit.hold_until(start + 2h);
    limit.hold_until(start + 1h);
    CHECK(limit.next_start(start, {}) == start + 2h);
    CHECK(limit.next_start(start + 3h, {}) == start + 3h);
}

TEST_CASE("a clock that jumps back blocks nobody for longer than rate and Retry-After can") {
    RateLimit limit;
    limit.count(start, 3, three_an_hour);
    limit.hold_until(start + 1h);
    const sys_seconds before = start - std::chrono::years{5};
    CHECK(limit.next_start(before, three_an_hour) == before + 1h);
}

TEST_CASE("in no span of the period more orders are placed than the rate allows") {
    std::mt19937 random(7);
    RateLimit limit;
    const OrderRate rate{30, 3h};
    std::multimap<sys_seconds, unsigned> placed;
    sys_seconds now = start;
    for (int i = 0; i < 2000; ++i) {
        now = std::max(now + std::chrono::seconds{random() % 400}, limit.next_start(now, rate));
        limit.count(now, 1, rate);
        placed.emplace(now, 1);
    }
    for (const auto& [at, one] : placed)
        REQUIRE(std::distance(placed.lower_bound(at), placed.lower_bound(at + 3h)) <= 30);
}

}  // namespace md::schedule

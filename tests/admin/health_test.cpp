// SPDX-License-Identifier: Apache-2.0
#include "admin/health.hpp"

#include "support/catch.hpp"

using md::admin::Health;
using namespace std::chrono_literals;

TEST_CASE("a daemon is well as long as its loop makes sound turns") {
    const Health::Time start{1h};
    Health health(start);
    CHECK(health.reason(start + 60s) == "");
    for (unsigned turn = 1; turn < 100; ++turn) {
        health.note(turn, start + turn * 30s);
        CHECK(health.reason(start + turn * 30s + 60s) == "");
    }
}

TEST_CASE("a loop that stands still is told of after a minute, and forgotten when it goes on") {
    const Health::Time start{1h};
    Health health(start);
    health.note(7, start + 10s);
    health.note(7, start + 60s);
    CHECK(health.reason(start + 70s) == "");
    CHECK(health.reason(start + 85s) ==
          "for 1 minute 15 seconds mdcertd has not planned a next action for every domain that it "
          "drives");
    health.note(8, start + 90s);
    CHECK(health.reason(start + 90s) == "");
}

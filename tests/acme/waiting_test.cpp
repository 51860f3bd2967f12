// SPDX-License-Identifier: Apache-2.0
// When to ask again: Retry-After and the pace of polling.
#include "acme/retry.hpp"
#include "support/catch.hpp"

namespace md::acme {
namespace {

using namespace std::chrono_literals;
const sys_seconds now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23}};

}  // namespace

TEST_CASE("Retry-After is seconds or a date") {
    CHECK(parse_retry_after("120", now) == now + 120s);
    CHECK(parse_retry_after("0", now) == now);
    CHECK(parse_retry_after("Mon, 23 Nov 2026 01:00:00 GMT", now) == now + 1h);
    CHECK(parse_retry_after("Sun, 22 Nov 2026 23:00:00 GMT", now) == now - 1h);
}

TEST_CASE("what is no Retry-After is none") {
    for (const char* value : {"", "soon", "-5", "1.5", "12 s", " 12", "Mon, 23 Nov 2026"})
        CHECK_FALSE(parse_retry_after(value, now));
}

TEST_CASE("a Retry-After of years does not silence a domain for years") {
    CHECK(parse_retry_after("99999999999999999999999", now) == now + std::chrono::days{30});
    CHECK(parse_retry_after("31536000", now) == now + std::chrono::days{30});
    CHECK(parse_retry_after("Fri, 23 Nov 2090 00:00:00 GMT", now) == now + std::chrono::days{30});
}

TEST_CASE("without Retry-After an order is looked at after 1, 2, 4, 8, 8 seconds") {
    PollPace pace(30ms);
    CHECK(pace.next({}, now) == 30ms);
    CHECK(pace.next({}, now) == 1s);
    CHECK(pace.next({}, now) == 2s);
    CHECK(pace.next({}, now) == 4s);
    CHECK(pace.next({}, now) == 8s);
    CHECK(pace.next({}, now) == 8s);
    CHECK(pace.total() == 23s + 30ms);
}

TEST_CASE("the CA's Retry-After sets the pace, between a second and a minute") {
    PollPace pace(30ms);
    CHECK(pace.next(now + 3s, now) == 3s);
    CHECK(pace.next(now, now) == 1s);
    CHECK(pace.next(now - 1h, now) == 1s);
    CHECK(pace.next(now + 1h, now) == 60s);
}

}  // namespace md::acme

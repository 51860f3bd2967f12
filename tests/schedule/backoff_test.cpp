// SPDX-License-Identifier: Apache-2.0
#include "schedule/backoff.hpp"

#include "samples.hpp"
#include "support/catch.hpp"

#include <limits>
#include <optional>
#include <vector>

using namespace md::schedule;
using namespace md::schedule::samples;
using md::model::FailureClass;

namespace {

FailedAttempt failure(FailureClass failure_class, unsigned errors) {
    return {failure_class, errors, start, {}, {}, 5s, 0.5};
}

seconds delay(const FailedAttempt& failed) {
    return retry_at(failed) - failed.at;
}

}  // namespace

TEST_CASE("passing trouble is retried after seconds first and hourly in the end") {
    const std::vector<seconds> expected = {5s,   10s,  20s,   40s,   80s,   160s,
                                           320s, 640s, 1280s, 2560s, 3600s, 3600s};
    for (unsigned errors = 1; errors <= expected.size(); ++errors)
        CHECK(delay(failure(FailureClass::passing, errors)) == expected[errors - 1]);
    CHECK(delay(failure(FailureClass::passing, std::numeric_limits<unsigned>::max())) == 1h);
}

TEST_CASE("what was not understood twice is asked again slowly") {
    const std::vector<seconds> expected = {5s, 1min, 10min, 100min, 24h, 24h};
    for (unsigned errors = 1; errors <= expected.size(); ++errors) {
        FailedAttempt failed = failure(FailureClass::passing, errors);
        failed.misunderstood = true;
        CHECK(delay(failed) == expected[errors - 1]);
        failed.retry_delay = 2min;
        CHECK(delay(failed) == std::max<seconds>(expected[errors - 1], 2min));
        failed.lifetime = 1h;
        CHECK(delay(failed) <= 6min);
    }
}

TEST_CASE("MDRetryDelay is where passing trouble starts") {
    struct Row {
        seconds retry_delay;
        unsigned errors;
        seconds expected;
    };
    for (const Row& row : std::vector<Row>{{30s, 1, 30s},
                                           {30s, 2, 60s},
                                           {30s, 20, 1h},
                                           {2h, 1, 2h},
                                           {2h, 9, 2h},
                                           {0s, 1, 1s},
                                           {-5s, 1, 1s},
                                           {seconds::max(), 3, 24h}}) {
        FailedAttempt failed = failure(FailureClass::passing, row.errors);
        failed.retry_delay = row.retry_delay;
        CHECK(delay(failed) == row.expected);
    }
}

TEST_CASE("what costs the CA's budget is retried after 1, 10, 100 minutes, then daily") {
    const std::vector<seconds> expected = {1min, 10min, 100min, 24h, 24h, 24h};
    for (unsigned errors = 1; errors <= expected.size(); ++errors)
        CHECK(delay(failure(FailureClass::budget, errors)) == expected[errors - 1]);
    CHECK(delay(failure(FailureClass::budget, 0)) == 1min);
    CHECK(delay(failure(FailureClass::budget, std::numeric_limits<unsigned>::max())) == 24h);
}

TEST_CASE("a permanent mistake is retried daily at once") {
    for (unsigned errors : {0u, 1u, 2u, 100u})
        CHECK(delay(failure(FailureClass::permanent, errors)) == 24h);
}

TEST_CASE("jitter is a quarter at most, either way") {
    for (auto failure_class :
         {FailureClass::passing, FailureClass::budget, FailureClass::permanent})
        for (unsigned errors : {1u, 2u, 3u, 4u, 11u}) {
            FailedAttempt failed = failure(failure_class, errors);
            seconds middle = delay(failed);
            for (double jitter : {0.0, 0.1, 0.25, 0.75, 0.9, 0.999}) {
                failed.jitter = jitter;
                CHECK(delay(failed) >= middle * 3 / 4);
                CHECK(delay(failed) <= middle * 5 / 4);
                CHECK((jitter < 0.5 ? delay(failed) <= middle : delay(failed) >= middle));
            }
        }
}

TEST_CASE("the ends of the jitter are what they are said to be") {
    FailedAttempt failed = failure(FailureClass::permanent, 1);
    failed.jitter = 0;
    CHECK(delay(failed) == 18h);
    failed.jitter = 1;
    CHECK(delay(failed) == 30h);
}

TEST_CASE("a jitter that is no share of one is none") {
    FailedAttempt failed = failure(FailureClass::permanent, 1);
    for (double jitter : {-1.0, 2.0, std::numeric_limits<double>::quiet_NaN(),
                          std::numeric_limits<double>::infinity()}) {
        failed.jitter = jitter;
        CHECK(delay(failed) == 24h);
    }
}

TEST_CASE("no delay exceeds a tenth of the held certificate's lifetime, jitter included") {
    struct Row {
        seconds lifetime, expected;
    };
    for (const Row& row : std::vector<Row>{{30s, 3s},
                                           {60s, 6s},
                                           {1h, 6min},
                                           {160h, 16h},
                                           {10 * 24h, 24h},
                                           {90 * 24h, 30h},
                                           {5s, 1s},
                                           {0s, 30h},
                                           {-1h, 30h}}) {
        FailedAttempt failed = failure(FailureClass::permanent, 3);
        failed.jitter = 1;
        failed.lifetime = row.lifetime;
        CHECK(delay(failed) == row.expected);
    }
}

TEST_CASE("the tenth of six days leaves a refusal within five an hour and its own rising delays") {
    FailedAttempt failed = failure(FailureClass::budget, 1);
    failed.lifetime = 160h;
    failed.jitter = 0;  // as soon as can be
    std::vector<sys_seconds> tries = {start};
    for (; failed.errors <= 100; ++failed.errors)
        tries.push_back(failed.at = retry_at(failed));
    CHECK(tries[1] - tries[0] == 45s);
    CHECK(tries[2] - tries[1] == 450s);
    CHECK(tries[3] - tries[2] == 75min);
    CHECK(tries[4] - tries[3] == 16h);
    for (std::size_t i = 3; i < tries.size(); ++i)
        CHECK(tries[i] - tries[i - 3] > 1h);
}

TEST_CASE("Retry-After beats the class and the tenth of the lifetime") {
    for (auto failure_class :
         {FailureClass::passing, FailureClass::budget, FailureClass::permanent})
        for (seconds asked : {1s, 90s, 3600s, 100000s}) {
            FailedAttempt failed = failure(failure_class, 3);
            failed.retry_after = start + asked;
            failed.lifetime = 60s;
            CHECK(delay(failed) == asked);
        }
}

TEST_CASE("nobody comes before Retry-After, and at most an hour later than asked with jitter") {
    for (double jitter : {0.0, 0.3, 0.5, 0.7, 0.999})
        for (seconds asked : {1s, 90s, 3600s, 100000s, 600000s}) {
            FailedAttempt failed = failure(FailureClass::budget, 1);
            failed.retry_after = start + asked;
            failed.jitter = jitter;
            CHECK(delay(failed) >= asked);
            CHECK(delay(failed) <= asked + std::min<seconds>(asked / 4, 1h));
        }
}

// "Retry-After: 0", or a date while our clock is ahead: it was one attempt a second, for ever.
TEST_CASE("a Retry-After that is not later than the failure is none: the class decides") {
    for (auto failure_class :
         {FailureClass::passing, FailureClass::budget, FailureClass::permanent})
        for (sys_seconds asked : {start, start - 1s, start - 10000h, sys_seconds::min()}) {
            FailedAttempt failed = failure(failure_class, 4);
            const seconds by_class = delay(failed);
            failed.retry_after = asked;
            CHECK(delay(failed) == by_class);
        }
}

TEST_CASE("a Retry-After of years is asked again after a week") {
    for (sys_seconds asked : {start + 8 * 24h, start + 24h * 36500, sys_seconds::max()}) {
        FailedAttempt failed = failure(FailureClass::passing, 1);
        failed.retry_after = asked;
        CHECK(delay(failed) == longest_retry_after);
        failed.jitter = 1;
        CHECK(delay(failed) <= longest_delay);
    }
}

TEST_CASE("MDNotifyCmd is tried again after seconds first and hourly in the end") {
    CHECK(notify_retry_at(1, start, 0.5) == start + 5s);
    CHECK(notify_retry_at(2, start, 0.5) == start + 10s);
    CHECK(notify_retry_at(50, start, 0.5) == start + 1h);
    CHECK(notify_retry_at(50, start, 0) == start + 45min);
    CHECK(notify_retry_at(50, start, 1) == start + 75min);
}

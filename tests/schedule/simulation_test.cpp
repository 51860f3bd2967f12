// SPDX-License-Identifier: Apache-2.0
// Plan and backoff together: random states, and weeks of trouble in a loop with a manual now.
#include "samples.hpp"
#include "schedule/backoff.hpp"
#include "schedule/plan.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <functional>
#include <random>
#include <vector>

using namespace md::schedule;
using namespace md::schedule::samples;
using md::model::FailureClass;
using md::model::KeySpec;
using md::model::Window;

namespace {

using Random = std::mt19937;

long long any(Random& random, long long least, long long most) {
    return std::uniform_int_distribution<long long>(least, most)(random);
}

// From a second to thirty years, every magnitude alike.
seconds any_span(Random& random) {
    return seconds{any(random, 1, 1LL << any(random, 1, 30))};
}

sys_seconds any_time(Random& random) {
    return sys_seconds{seconds{any(random, 0, 1LL << 33)}};
}

md::model::ManagedDomain any_domain(Random& random) {
    auto wanted = domain({"a.org"});
    for (int i = 0; i < any(random, 0, 3); ++i)
        wanted.members.push_back({name("n" + std::to_string(i) + ".org"), {}});
    wanted.used = any(random, 0, 3) > 0;
    wanted.settings.edit().drive_mode = static_cast<md::model::DriveMode>(any(random, 0, 2));
    wanted.settings.edit().must_staple = any(random, 0, 5) == 0;
    if (any(random, 0, 2) == 0)
        wanted.settings.edit().keys.push_back(KeySpec::ec("p-256"));
    if (any(random, 0, 20) == 0)
        wanted.settings.edit().keys.clear();
    wanted.settings.edit().renew_window =
        any(random, 0, 1) == 0 ? Window::percent(static_cast<int>(any(random, 0, 99)))
                               : Window::duration(any_span(random));
    return wanted;
}

md::model::ObservedDomain any_held(Random& random, sys_seconds now) {
    md::model::ObservedDomain held;
    for (int i = 0; i < any(random, 0, 2); ++i) {
        sys_seconds begin = any(random, 0, 3) == 0 ? any_time(random) : now - any_span(random);
        held.certificates.push_back(certificate({"a.org", "n0.org", "n1.org"}, begin,
                                                any_span(random) - seconds{any(random, 0, 5)},
                                                i == 0 ? KeySpec::rsa() : KeySpec::ec("p-256")));
    }
    if (any(random, 0, 1) == 0) {
        md::model::Attempts attempts;
        attempts.errors = static_cast<unsigned>(any(random, 0, 30));
        attempts.finished = any(random, 0, 5) == 0;
        if (any(random, 0, 4) > 0)
            attempts.last_run = any(random, 0, 3) == 0 ? any_time(random) : now - any_span(random);
        if (any(random, 0, 4) > 0)
            attempts.next_run = any(random, 0, 3) == 0
                                    ? any_time(random)
                                    : attempts.last_run.value_or(now) + any_span(random);
        held.attempts = attempts;
    }
    return held;
}

// A daemon in a loop: an MD whose attempts all fail, from now on for so long. Returns when it
// tried.
std::vector<sys_seconds> times_of_attempts(FailureClass failure_class, seconds duration,
                                           md::model::ObservedDomain held, double jitter,
                                           seconds restart_every = 0s) {
    auto wanted = domain({"a.org"});
    std::vector<sys_seconds> times;
    sys_seconds now = start;
    while (now < start + duration) {
        Step step = plan_domain(wanted, held, now);
        if (step.due(now)) {
            times.push_back(now);
            auto& attempts = held.attempts ? *held.attempts : held.attempts.emplace();
            ++attempts.errors;
            attempts.last_run = now;
            std::optional<seconds> lifetime;
            if (!held.certificates.empty())
                lifetime = held.certificates[0].lifetime();
            attempts.next_run =
                retry_at({failure_class, attempts.errors, now, {}, lifetime, 5s, jitter});
            continue;
        }
        sys_seconds next = next_look({step}, now, 12h);
        if (restart_every > 0s)  // a restart looks at once, with nothing but the stored state
            next = std::min(next, now + restart_every);
        now = next;
    }
    return times;
}

// The most attempts that fall into any span of this length.
std::size_t densest(const std::vector<sys_seconds>& times, seconds span) {
    std::size_t most = 0, first = 0;
    for (std::size_t last = 0; last < times.size(); ++last) {
        while (times[last] - times[first] >= span)
            ++first;
        most = std::max(most, last - first + 1);
    }
    return most;
}

}  // namespace

TEST_CASE("every driven MD has a next action with a time, whatever the state") {
    Random random(20260601);
    for (int round = 0; round < 20000; ++round) {
        sys_seconds now = any_time(random);
        auto wanted = any_domain(random);
        auto held = any_held(random, now);
        Step step = plan_domain(wanted, held, now);
        REQUIRE((step.action == Action::issue) == wanted.driven());
        REQUIRE(step.at.has_value() == wanted.driven());
        REQUIRE_FALSE(step.reason.empty());
        sys_seconds look = next_look({step}, now, 12h);
        REQUIRE(look >= now);
        REQUIRE(look <= now + 12h);
        if (wanted.driven() && !step.due(now)) {
            // The step is reached by looking again and again, without anything else happening.
            Step then = plan_domain(wanted, held, *step.at);
            REQUIRE((then.due(*step.at) || then.at > *step.at));
        }
    }
}

TEST_CASE("whatever the state, a driven MD is due at the latest when its certificate expires") {
    Random random(7);
    for (int round = 0; round < 20000; ++round) {
        sys_seconds now = any_time(random);
        auto wanted = any_domain(random);
        auto held = any_held(random, now);
        if (!wanted.driven() || now < plausible_since)
            continue;
        Step step = plan_domain(wanted, held, now);
        bool held_back = held.attempts && held.attempts->next_run == step.at;
        sys_seconds last = now;
        for (const auto& facts : held.certificates)
            last = std::max(last, facts.not_after);
        REQUIRE(
            (held_back ? *step.at <= now + longest_delay || *step.at <= last : *step.at <= last));
    }
}

TEST_CASE("passing trouble is retried within seconds first, then hourly, for weeks") {
    for (double jitter : {0.0, 0.5, 0.99}) {
        auto times = times_of_attempts(FailureClass::passing, 3 * 7 * 24h, {}, jitter);
        REQUIRE(times.size() > 100);
        CHECK(times[0] == start);
        CHECK(times[1] - times[0] < 10s);
        CHECK(times[4] - times[0] < 2min);
        for (std::size_t i = 15; i < times.size(); ++i) {
            CHECK(times[i] - times[i - 1] >= 45min);
            CHECK(times[i] - times[i - 1] <= 75min);
        }
        CHECK(start + 3 * 7 * 24h - times.back() <= 75min);
    }
}

// Let's Encrypt: 5 failed validations per name and hour, one more every 12 minutes.
TEST_CASE("failed validations stay within Let's Encrypt's budget for a month, restarts and all",
          "[heavy]") {
    for (double jitter : {0.0, 0.5, 0.99})
        for (seconds restart_every : {seconds{0}, seconds{37}, seconds{3600}}) {
            auto times =
                times_of_attempts(FailureClass::budget, 30 * 24h, {}, jitter, restart_every);
            CHECK(densest(times, 1h) <= 4);
            CHECK(densest(times, 24h) <= 6);
            CHECK(times.size() <= 45);
            CHECK(times.size() >= 24);
        }
}

TEST_CASE("the shortest certificates Let's Encrypt issues stay within its budget too") {
    auto held = holding({certificate({"a.org"}, start - 150h, 160h)});
    auto times = times_of_attempts(FailureClass::budget, 30 * 24h, held, 0.0);
    CHECK(densest(times, 1h) <= 5);
    for (std::size_t i = 1; i < times.size(); ++i)
        CHECK(times[i] - times[i - 1] <= 16h);
}

TEST_CASE("a permanent mistake is tried once a day") {
    auto times = times_of_attempts(FailureClass::permanent, 30 * 24h, {}, 0.5);
    CHECK(times.size() == 30);
}

TEST_CASE("300 MDs that all fail for a month stay within an account's 300 orders in 3 hours",
          "[heavy]") {
    Random random(300);
    std::vector<sys_seconds> all;
    for (int i = 0; i < 300; ++i) {
        double jitter = std::uniform_real_distribution<double>(0, 1)(random);
        auto times = times_of_attempts(FailureClass::budget, 30 * 24h, {}, jitter);
        all.insert(all.end(), times.begin(), times.end());
    }
    std::sort(all.begin(), all.end());
    // After the start, when all are tried at 0, 1, 11 and 111 minutes.
    auto settled = std::find_if(all.begin(), all.end(), [](auto t) { return t > start + 3h; });
    CHECK(densest({settled, all.end()}, 3h) <= 300);
}

TEST_CASE("a certificate is renewed again and again, once each time, for years") {
    for (seconds lifetime : {seconds{30}, seconds{600}, seconds{160h}, seconds{90 * 24h}}) {
        auto wanted = domain({"a.org"});
        auto held = holding({certificate({"a.org"}, start, lifetime)});
        sys_seconds now = start;
        int looks = 0;
        for (int renewals = 0; renewals < 20; ++looks) {
            REQUIRE(now < held.certificates[0].not_after);
            Step step = plan_domain(wanted, held, now);
            if (step.due(now)) {
                held = holding({certificate({"a.org"}, now, lifetime)});
                CHECK_FALSE(plan_domain(wanted, held, now).due(now));
                ++renewals;
            } else {
                now = next_look({step}, now, 12h);
            }
        }
        CHECK(looks <= 20 * (2 + lifetime / 12h + 1));
    }
}

TEST_CASE("a clock that jumps about asks for nothing once it is right again") {
    auto wanted = domain({"a.org"});
    auto held = holding({certificate({"a.org"}, start, 90 * 24h)});
    const Step before = plan_domain(wanted, held, start + 24h);
    for (seconds jump : {seconds{-1h}, seconds{-50 * 365 * 24h}, seconds{10 * 365 * 24h}}) {
        sys_seconds wrong = start + 24h + jump;
        Step step = plan_domain(wanted, held, wrong);
        if (step.due(wrong)) {  // ten years ahead the certificate looks expired; the attempt fails
            md::model::Attempts attempts = failed(1, wrong, {});
            attempts.next_run = retry_at({FailureClass::passing, 1, wrong, {}, {}, 5s, 0.5});
            held.attempts = attempts;
        }
        Step after = plan_domain(wanted, held, start + 24h);
        CHECK(after.at == before.at);
        CHECK(after.rule == before.rule);
    }
}

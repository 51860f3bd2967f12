// SPDX-License-Identifier: Apache-2.0
#include "schedule/plan.hpp"

#include "samples.hpp"
#include "schedule/backoff.hpp"
#include "support/catch.hpp"

#include <set>
#include <vector>

using namespace md::schedule;
using namespace md::schedule::samples;
using md::model::DriveMode;
using md::model::KeySpec;
using md::model::Window;

namespace {

constexpr seconds ninety_days = 90 * 24h;

md::model::ObservedDomain fresh() {
    return holding({certificate({"a.org"}, start, ninety_days)});
}

}  // namespace

TEST_CASE("who is driven") {
    struct Row {
        DriveMode mode;
        bool used;
        Action action;
        Rule rule;
    };
    for (const Row& row :
         std::vector<Row>{{DriveMode::automatic, true, Action::issue, Rule::nothing_held},
                          {DriveMode::automatic, false, Action::none, Rule::not_driven_unused},
                          {DriveMode::always, true, Action::issue, Rule::nothing_held},
                          {DriveMode::always, false, Action::issue, Rule::nothing_held},
                          {DriveMode::manual, true, Action::none, Rule::not_driven_manual},
                          {DriveMode::manual, false, Action::none, Rule::not_driven_manual}}) {
        auto wanted = domain({"a.org"});
        wanted.settings.edit().drive_mode = row.mode;
        wanted.used = row.used;
        Step step = plan_domain(wanted, {}, start);
        CHECK(step.action == row.action);
        CHECK(step.rule == row.rule);
        CHECK(step.at.has_value() == (row.action == Action::issue));
        CHECK(step.due(start) == (row.action == Action::issue));
        CHECK_FALSE(step.reason.empty());
    }
}

TEST_CASE("what is stopped or static is never driven, whatever its mode") {
    for (DriveMode mode : {DriveMode::automatic, DriveMode::always, DriveMode::manual}) {
        auto wanted = domain({"a.org"});
        wanted.settings.edit().drive_mode = mode;
        wanted.settings.edit().certificate_files = {"/etc/ssl/a.pem"};
        Step step = plan_domain(wanted, {}, start);
        CHECK(step.rule == Rule::not_driven_static);
        CHECK(step.reason == "static: its certificate is /etc/ssl/a.pem (MDCertificateFile)");
        CHECK_FALSE(step.at);
        wanted.stopped = "MDProfile (conf:3): mdcertd has no profiles yet";
        step = plan_domain(wanted, {}, start);
        CHECK(step.rule == Rule::not_driven_stopped);
        CHECK(step.reason == wanted.stopped);
        CHECK_FALSE(step.at);
    }
}

TEST_CASE("an MD without a certificate is due at once") {
    Step step = plan_domain(domain({"a.org"}), {}, start);
    CHECK(step.domain == "a.org");
    CHECK(step.at == start);
    CHECK(step.reason == "no certificate is held");
    md::model::ObservedDomain damaged;
    damaged.damage = "pubcert.pem is not PEM";
    CHECK(plan_domain(domain({"a.org"}), damaged, start).reason ==
          "no certificate is held (pubcert.pem is not PEM)");
}

TEST_CASE("a renewal is due once a third of the lifetime is left") {
    const sys_seconds due = start + 5209920s;
    for (sys_seconds now : {start, start + 59 * 24h, due - 1s}) {
        Step step = plan_domain(domain({"a.org"}), fresh(), now);
        CHECK(step.rule == Rule::renew_window);
        CHECK(step.at == due);
        CHECK_FALSE(step.due(now));
        CHECK(step.reason == "33% of the lifetime (90 days) is left then");
    }
    for (sys_seconds now : {due, start + 89 * 24h, start + 91 * 24h, start + 4000 * 24h}) {
        Step step = plan_domain(domain({"a.org"}), fresh(), now);
        CHECK(step.due(now));
        CHECK(step.reason == "no more than 33% of the lifetime (90 days) is left");
    }
}

TEST_CASE("the reason names the window that applies") {
    struct Row {
        seconds lifetime;
        Window window;
        const char* reason;
    };
    for (const Row& row : std::vector<Row>{
             {ninety_days - 1s, Window::percent(33), "33% of the lifetime (90 days) is left then"},
             {ninety_days, Window::duration(21 * 24h),
              "21 days of the lifetime (90 days) is left then"},
             {160h, Window::percent(50), "50% of the lifetime (7 days) is left then"},
             {36h, Window::percent(10), "10% of the lifetime (36 hours) is left then"},
             {90min, Window::percent(10), "10% of the lifetime (90 minutes) is left then"},
             {30s, Window::percent(33), "33% of the lifetime (30 seconds) is left then"},
             {6 * 24h, Window::duration(30 * 24h), "half of the lifetime (6 days) is left then"},
             {ninety_days, Window::percent(99),
              "nine tenths of the lifetime (90 days) is left then"}}) {
        auto wanted = domain({"a.org"});
        wanted.settings.edit().renew_window = row.window;
        auto held = holding({certificate({"a.org"}, start, row.lifetime)});
        CHECK(plan_domain(wanted, held, start).reason == row.reason);
    }
}

TEST_CASE("of several certificates the earliest renewal counts") {
    auto wanted = domain({"a.org"});
    wanted.settings.edit().keys = {KeySpec::rsa(), KeySpec::ec("p-256")};
    wanted.settings.edit().renew_window = Window::duration(10 * 24h);
    auto held = holding({certificate({"a.org"}, start, ninety_days),
                         certificate({"a.org"}, start, 60 * 24h, KeySpec::ec("p-256")),
                         certificate({"a.org"}, start, 1 * 24h, KeySpec::ec("p-384"))});
    CHECK(plan_domain(wanted, held, start).at == start + 50 * 24h);
}

TEST_CASE("an incomplete set makes the MD due at once, fresh certificate or not") {
    Step added = plan_domain(domain({"a.org", "b.org"}), fresh(), start);
    CHECK(added.rule == Rule::unsatisfied);
    CHECK(added.at == start);
    CHECK(added.reason == "it does not cover b.org");
    auto two_keys = domain({"a.org"});
    two_keys.settings.edit().keys = {KeySpec::rsa(), KeySpec::ec("p-256")};
    CHECK(plan_domain(two_keys, fresh(), start).due(start));
    auto staple = domain({"a.org"});
    staple.settings.edit().must_staple = true;
    CHECK(plan_domain(staple, fresh(), start).due(start));
    auto bigger = domain({"a.org"});
    bigger.settings.edit().keys = {KeySpec::rsa(4096)};
    CHECK_FALSE(plan_domain(bigger, fresh(), start).due(start));
}

TEST_CASE("a failed attempt holds the next one back until its time") {
    auto held = holding({});
    held.attempts = failed(3, start - 1min, start + 99min);
    for (const auto& wanted : {domain({"a.org"}), domain({"a.org", "b.org"})}) {
        Step step = plan_domain(wanted, held, start);
        CHECK(step.rule == Rule::retry_after_failure);
        CHECK(step.at == start + 99min);
        CHECK(step.reason == "3 attempts have failed; no certificate is held");
        CHECK(plan_domain(wanted, held, start + 99min).due(start + 99min));
    }
    held.attempts->errors = 1;
    CHECK(plan_domain(domain({"a.org"}), held, start).reason ==
          "1 attempt has failed; no certificate is held");
    held.attempts->errors = 0;
    CHECK(plan_domain(domain({"a.org"}), held, start).reason ==
          "the CA asked to come back; no certificate is held");
    held.attempts->last_failure.emplace();
    CHECK(plan_domain(domain({"a.org"}), held, start).reason ==
          "the attempt was put off; no certificate is held");
}

TEST_CASE("an attempt that failed long ago holds nothing back") {
    auto held = holding({});
    held.attempts = failed(7, start - 400 * 24h, start - 399 * 24h);
    Step step = plan_domain(domain({"a.org"}), held, start);
    CHECK(step.due(start));
    CHECK(step.rule == Rule::nothing_held);
}

TEST_CASE("remnants of a failed attempt never make a good certificate due") {
    auto held = fresh();
    for (sys_seconds next_run : {start - 5 * 24h, start, start + 1h}) {
        held.attempts = failed(2, start - 6 * 24h, next_run);
        Step step = plan_domain(domain({"a.org"}), held, start);
        CHECK(step.rule == Rule::renew_window);
        CHECK(step.at > start + 50 * 24h);
    }
}

// mod_md leaves a finished job record behind in staging; older ones then never renewed.
TEST_CASE("attempts that have finished neither make due nor hold back") {
    auto held = holding({});
    held.attempts = failed(0, start - 1h, start + 5h);
    held.attempts->finished = true;
    CHECK(plan_domain(domain({"a.org"}), held, start).due(start));
    auto good = fresh();
    good.attempts = held.attempts;
    CHECK_FALSE(plan_domain(domain({"a.org"}), good, start).due(start));
}

TEST_CASE("a next_run written under a clock that was ahead is not believed") {
    struct Row {
        seconds last_run, next_run;  // from now
        bool believed;
    };
    for (const Row& row : std::vector<Row>{{-1min, 99min, true},
                                           {-1min, longest_delay - 1min, true},
                                           {-1min, longest_delay + 1s, false},
                                           {10 * 365 * 24h, 10 * 365 * 24h + 1h, false},
                                           {2 * 24h, 2 * 24h + 5s, false},
                                           {1h, 2h, true},
                                           {24h, 25h, true},
                                           {24h + 1s, 25h, false}}) {
        auto held = holding({});
        held.attempts = failed(1, start + row.last_run, start + row.next_run);
        CAPTURE(row.last_run.count(), row.next_run.count());
        CHECK(plan_domain(domain({"a.org"}), held, start).due(start) == !row.believed);
    }
}

TEST_CASE("before 2020 nothing is judged: the step waits for a clock") {
    const sys_seconds boot{};
    auto expired_then = holding({certificate({"a.org"}, boot - 100 * 24h, ninety_days)});
    for (const auto& held : {md::model::ObservedDomain{}, fresh(), expired_then}) {
        for (sys_seconds now : {boot, plausible_since - 1s}) {
            Step step = plan_domain(domain({"a.org"}), held, now);
            CHECK(step.action == Action::issue);
            CHECK(step.rule == Rule::clock_unset);
            REQUIRE(step.at);
            CHECK_FALSE(step.due(now));
            CHECK(step.at == plausible_since);
            CHECK(next_look({step}, now, 12h) <= now + 1min);
        }
    }
    CHECK(plan_domain(domain({"a.org"}), {}, plausible_since).rule == Rule::nothing_held);
}

TEST_CASE("a clock that shows a time before the certificate was made judges nothing") {
    auto held = holding({certificate({"a.org"}, start, ninety_days)});
    for (seconds behind : {seconds{25h}, seconds{30 * 24h}, seconds{5 * 365 * 24h}}) {
        const sys_seconds now = start - behind;
        for (const auto& wanted : {domain({"a.org"}), domain({"a.org", "added.org"})}) {
            Step step = plan_domain(wanted, held, now);
            CHECK(step.rule == Rule::clock_behind);
            CHECK(step.action == Action::issue);
            CHECK(step.at == start - 24h);
            CHECK_THAT(step.reason, Catch::Contains("clock"));
        }
    }
    // An hour is no more than what two clocks differ by.
    CHECK(plan_domain(domain({"a.org"}), held, start - 1h).rule == Rule::renew_window);
    CHECK(plan_domain(domain({"a.org", "added.org"}), held, start - 1h).due(start - 1h));
    // One certificate of today's is proof enough that the clock is right.
    held.certificates.push_back(
        certificate({"a.org"}, start - 31 * 24h, ninety_days, KeySpec::ec("p-256")));
    CHECK(plan_domain(domain({"a.org"}), held, start - 30 * 24h).rule == Rule::renew_window);
}

TEST_CASE("a plan has one step for each MD, in the configuration's order") {
    md::model::DesiredState desired;
    desired.domains = {domain({"c.org"}), domain({"a.org"}), domain({"b.org"})};
    desired.domains[1].settings.edit().drive_mode = DriveMode::manual;
    md::model::ObservedState observed;
    observed.domains["b.org"] = holding({certificate({"b.org"}, start, ninety_days)});
    observed.domains["not-configured.org"] = fresh();
    auto steps = plan(desired, observed, start);
    REQUIRE(steps.size() == 3);
    CHECK(steps[0].domain == "c.org");
    CHECK(steps[0].rule == Rule::nothing_held);
    CHECK(steps[1].domain == "a.org");
    CHECK(steps[1].rule == Rule::not_driven_manual);
    CHECK(steps[2].domain == "b.org");
    CHECK(steps[2].rule == Rule::renew_window);
}

TEST_CASE("the next look is at the earliest step, at the latest after the interval") {
    auto step_at = [](std::optional<sys_seconds> at) {
        return Step{"a.org", at ? Action::issue : Action::none, at, Rule::renew_window, "why"};
    };
    CHECK(next_look({}, start, 12h) == start + 12h);
    CHECK(next_look({step_at({})}, start, 12h) == start + 12h);
    CHECK(next_look({step_at(start + 3h), step_at(start + 1h), step_at({})}, start, 12h) ==
          start + 1h);
    CHECK(next_look({step_at(start + 300h)}, start, 12h) == start + 12h);
    CHECK(next_look({step_at(start - 300h)}, start, 12h) == start);
    CHECK(next_look({}, start, 0s) == start + 1s);
    CHECK(next_look({}, start, seconds::max()) > start);
}

TEST_CASE("every rule has a word of its own") {
    std::set<std::string_view> words;
    for (Rule rule :
         {Rule::not_driven_manual, Rule::not_driven_unused, Rule::not_driven_static,
          Rule::not_driven_stopped, Rule::nothing_held, Rule::unsatisfied, Rule::another_ca,
          Rule::due_when_new, Rule::renewal_limit, Rule::renew_window, Rule::retry_after_failure,
          Rule::requested, Rule::clock_unset, Rule::clock_behind})
        words.insert(word(rule));
    CHECK(words.size() == 14);
    CHECK_FALSE(words.contains(""));
}

TEST_CASE("the plan names the CA to be asked: the first that did not fail too often") {
    auto wanted = domain({"a.org"});
    wanted.settings.edit().set_directory_urls({"https://one.example/dir", "https://two.example/d"});
    CHECK(plan_domain(wanted, {}, start).issuer == "https://one.example/dir");
    auto held = holding({});
    held.attempts = failed(26, start, start);
    auto& issuers = held.attempts->issuers;
    const std::string one = "https://one.example/dir", two = "https://two.example/d";
    auto chosen_after = [&](unsigned errors_at_one, unsigned errors_at_two) {
        issuers[one].errors = errors_at_one;
        issuers[two].errors = errors_at_two;
        return plan_domain(wanted, held, start).issuer;
    };
    CHECK(chosen_after(12, 0) == one);
    CHECK(chosen_after(13, 0) == two);
    CHECK(chosen_after(13, 12) == two);
    CHECK(chosen_after(13, 13) == one);
    CHECK(chosen_after(25, 13) == one);  // not another one after each failure
    CHECK(chosen_after(26, 13) == two);
    wanted.settings.edit().retry_failover = 1;
    CHECK(chosen_after(1, 0) == two);
    wanted.settings.edit().drive_mode = md::model::DriveMode::manual;
    CHECK(plan_domain(wanted, {}, start).issuer.empty());
}

// SPDX-License-Identifier: Apache-2.0
// What bounds renewals that bring nothing, and what of a held set makes it due beside its age.
#include "schedule/plan.hpp"
#include "schedule/renewal.hpp"
#include "schedule/samples.hpp"
#include "support/catch.hpp"

using namespace md;
using namespace md::schedule;
using namespace md::schedule::samples;

namespace {

constexpr days life{90};

// Renewed so often, by a CA that dates its certificates back by so much.
model::ObservedDomain renewed(std::vector<sys_seconds> renewals, seconds backdated = 0s) {
    sys_seconds last = renewals.empty() ? start : renewals.back();
    model::ObservedDomain held = holding({certificate({"a.org"}, last - backdated, life)});
    model::CertificateState& made = held.state;
    made.recorded = true;
    made.last_run = last;
    made.lifetime = life;
    made.settings = 7;
    for (sys_seconds at : renewals)
        made.renewed(at);
    if (auto due = due_when_new(domain({"a.org"}), held, last)) {
        made.due_by = std::string(word(due->rule));
        made.wait_until = wait_when_due(held, last);
    }
    return held;
}

Step step_at(const model::ObservedDomain& held, sys_seconds now) {
    return plan_domain(domain({"a.org"}), held, now);
}

}  // namespace

// 88 certificates in 15 s from a CA that sets notBefore 61 days back.
TEST_CASE("a set that is due when it is new is left alone for half of what is left of it") {
    auto held = renewed({start}, days{61});
    CHECK(*held.state.wait_until == start + 29 * 12h);
    for (seconds later : {0s, 1s, seconds(days{14})}) {
        Step step = step_at(held, start + later);
        CHECK(step.rule == Rule::due_when_new);
        CHECK(*step.at == start + 29 * 12h);
        CHECK(step.reason ==
              "the last renewal left it due (no more than 33% of the lifetime (90 "
              "days) is left)");
    }
    Step step = step_at(held, start + days{15});
    CHECK(step.rule == Rule::renew_window);
    CHECK(step.due(start + days{15}));
}

TEST_CASE("a set that was not due when it was new waits for nothing") {
    auto held = renewed({start});
    CHECK_FALSE(held.state.wait_until);
    Step step = step_at(held, start + days{61});
    CHECK(step.rule == Rule::renew_window);
    CHECK(step.due(start + days{61}));
}

TEST_CASE("the wait is a minute at least, whatever is left") {
    auto held = renewed({start}, life - 10s);
    CHECK(*held.state.wait_until == start + 1min);
    held = renewed({start}, life + days{1});  // over already, by our clock
    CHECK(*held.state.wait_until == start + 1min);
}

TEST_CASE("what makes a set due after it was made waits for nothing") {
    auto held = renewed({start}, days{61});
    CHECK(plan_domain(domain({"a.org", "www.a.org"}), held, start + 1h).due(start + 1h));
    held.certificates.front().chain.edit().flaw =
        "certificate 1 of 2 in its file is not by the "
        "next one";
    CHECK(step_at(held, start + 1h).due(start + 1h));
    held.certificates.clear();
    CHECK(step_at(held, start + 1h).due(start + 1h));
}

TEST_CASE("a set that was made under a clock that is ahead waits for nothing once it is right") {
    auto held = renewed({start}, days{61});
    held.certificates.front().not_before -= days{30};
    held.certificates.front().not_after -= days{30};
    CHECK(step_at(held, start - days{10}).rule == Rule::renew_window);
    CHECK(step_at(held, start - days{10}).due(start - days{10}));
}

TEST_CASE("there are three renewals in a third of the life, whatever makes a fourth due") {
    auto held = renewed({start, start + 1h, start + 2h});
    held.certificates.front().chain.edit().flaw = "broken";
    const sys_seconds now = start + 3h;
    Step step = step_at(held, now);
    CHECK(step.rule == Rule::renewal_limit);
    CHECK(*step.at == start + days{30});
    CHECK(step.reason == "it was renewed 3 times lately; broken");
    CHECK(step_at(held, start + days{30}).due(start + days{30}));
    held.certificates.clear();  // it cannot be read
    CHECK(step_at(held, now).rule == Rule::renewal_limit);

    auto twice = renewed({start, start + 1h});
    twice.certificates.front().chain.edit().flaw = "broken";
    CHECK(step_at(twice, now).due(now));
    auto earlier = renewed({start - days{28}, start, start + 1h});
    earlier.certificates.front().chain.edit().flaw = "broken";
    CHECK(*step_at(earlier, now).at == start + days{2});
}

TEST_CASE("the last three renewals are kept") {
    model::CertificateState made;
    for (int i = 0; i < 5; ++i)
        made.renewed(start + i * 1h);
    CHECK(made.renewals == std::vector<sys_seconds>{start + 2h, start + 3h, start + 4h});
}

TEST_CASE("where something else is asked for since, three renewals in an hour are the limit") {
    auto held = renewed({start, start + 10min, start + 20min});
    held.asked_otherwise = true;
    const auto wanted = domain({"a.org", "www.a.org"});
    CHECK(*plan_domain(wanted, held, start + 30min).at == start + 1h);
    CHECK(plan_domain(wanted, held, start + 1h).due(start + 1h));
    held.asked_otherwise = false;
    CHECK(*plan_domain(wanted, held, start + 1h).at == start + days{30});
}

TEST_CASE("a renewal at its time meets no limit, with a window of nine tenths of the life either") {
    auto held = renewed({start - days{120}, start - days{60}, start});
    CHECK(step_at(held, start + days{61}).rule == Rule::renew_window);
    held = renewed({start - days{18}, start - days{9}, start});
    auto wanted = domain({"a.org"});
    wanted.settings.edit().renew_window = model::Window::percent(90);
    CHECK(*plan_domain(wanted, held, start).at == start + days{12});
}

TEST_CASE("renewals that lie ahead of a clock that was set back limit nothing") {
    auto held = renewed({start, start + 1h, start + 2h});
    held.certificates = {certificate({"a.org"}, start - days{100}, life)};
    const sys_seconds now = start - days{5};
    CHECK(step_at(held, now).due(now));
}

// Staging first, then Let's Encrypt: nothing was ordered for 60 days.
TEST_CASE("a set of a CA that is not named any more is due") {
    auto held = holding({certificate({"a.org"}, start, life)});
    auto wanted = domain({"a.org"});
    wanted.settings.edit().set_directory_urls(
        {"https://one.example/dir", "https://two.example/dir"});
    CHECK_FALSE(step_at(held, start).due(start));  // nobody recorded it
    for (const char* url : {"https://one.example/dir", "https://TWO.example:443/dir/"}) {
        held.state.ca_url = url;
        CHECK(plan_domain(wanted, held, start).rule == Rule::renew_window);
    }
    held.state.ca_url = "https://staging.example/dir";
    Step step = plan_domain(wanted, held, start);
    CHECK(step.due(start));
    CHECK(step.rule == Rule::another_ca);
    CHECK(step.reason == "it is of https://staging.example/dir, which is not configured any more");
    wanted.settings.edit().drive_mode = model::DriveMode::manual;
    CHECK(plan_domain(wanted, held, start).action == Action::none);
}

TEST_CASE("a file that lacks its intermediate, or holds another's, is due") {
    auto held = holding({certificate({"a.org"}, start, life)});
    model::ChainFacts& chain = held.certificates.front().chain.edit();
    chain = {2, 2, start + days{2000}, ""};
    CHECK(step_at(held, start).rule == Rule::renew_window);
    chain = {2, 2, start + days{2000}, "certificate 1 of 2 in its file is not by the next one"};
    CHECK(step_at(held, start).reason == chain.flaw);
    CHECK(step_at(held, start).rule == Rule::unsatisfied);
    chain = {1, 1, std::nullopt, ""};
    CHECK(step_at(held, start).reason == "its intermediate certificate is missing");
    CHECK(step_at(held, start).due(start));
    chain = {1, 0, std::nullopt, ""};  // signed by itself
    CHECK_FALSE(step_at(held, start).due(start));
    chain = {2, 1, std::nullopt, ""};  // by its root, which is in the file
    CHECK_FALSE(step_at(held, start).due(start));
}

TEST_CASE("what the CA gave tells a file that was cut from a CA that signs with its root") {
    auto held = holding({certificate({"a.org"}, start, life)});
    held.state.chain_length = 1;
    model::ChainFacts& chain = held.certificates.front().chain.edit();
    chain = {1, 1, std::nullopt, ""};
    CHECK_FALSE(step_at(held, start).due(start));
    held.state.chain_length = 3;
    chain = {2, 2, start + days{2000}, ""};
    CHECK(step_at(held, start).reason == "its intermediate certificate is missing");
    chain = {4, 3, start + days{2000}, ""};
    CHECK_FALSE(step_at(held, start).due(start));
}

TEST_CASE("an intermediate that ends first is the end of what is held") {
    auto held = holding({certificate({"a.org"}, start, life)});
    held.certificates.front().chain.edit() = {2, 2, start + days{40}, ""};
    const auto wanted = domain({"a.org"});
    CHECK(*valid_until(wanted, held) == start + days{40});
    CHECK(*deadline(wanted, held) == start + days{31});
    Step step = step_at(held, start);
    CHECK(*step.at == start + days{40} - applied_window(life, {}));
    CHECK_THAT(step.reason, Catch::Contains("an intermediate certificate in its file ends on"));
    CHECK(step_at(held, start + days{41}).due(start + days{41}));
    held.certificates.front().chain.edit().not_after = start + days{400};
    CHECK(*valid_until(wanted, held) == start + life);
}

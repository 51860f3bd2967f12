// SPDX-License-Identifier: Apache-2.0
#include "schedule/dispatch.hpp"

#include "schedule/renewal.hpp"
#include "schedule/samples.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <utility>

namespace md::schedule {
namespace {

using namespace samples;
using Names = std::vector<std::string>;

// Some MDs that hold nothing, and what is decided about them.
struct Desk {
    explicit Desk(const Names& names) {
        desired.server.order_rate = model::OrderRate{};
        for (const std::string& one : names)
            desired.domains.push_back(domain({one}));
        plan_all();
    }
    void plan_all() { dispatcher.plan_all(desired, observed, now); }
    void plan(const std::string& name) {
        for (const model::ManagedDomain& wanted : desired.domains)
            if (wanted.name() == name)
                dispatcher.plan(desired.server, wanted, observed.of(name), now);
    }
    void hold(const std::string& name, sys_seconds from = start) {
        observed.domains[name].certificates = {certificate({name}, from, days{90})};
        plan(name);
    }
    void request(const Names& names) {
        dispatcher.request(names);
        for (const std::string& one : names)
            plan(one);
    }
    void end(const std::string& name) {
        dispatcher.ended(name);
        plan(name);
    }
    // The names of those that start now.
    Names turn() {
        last = dispatcher.dispatch(desired.server, now);
        Names names;
        for (const Start& one : last.start)
            names.push_back(one.domain);
        return names;
    }
    Names put_off(WaitsFor what) const {
        Names names;
        for (const PutOff& one : last.put_off)
            if (one.what == what)
                names.push_back(one.domain);
        return names;
    }

    model::DesiredState desired;
    model::ObservedState observed;
    Dispatcher dispatcher;
    Dispatch last;
    sys_seconds now = start + days{1};
};

}  // namespace

TEST_CASE("what is due starts, at the CA of the plan, and is not started twice") {
    Desk desk({"a.org", "b.org"});
    desk.hold("b.org");
    CHECK(desk.turn() == Names{"a.org"});
    CHECK(desk.last.start.front().issuer == model::lets_encrypt);
    CHECK(desk.last.start.front().rule == Rule::nothing_held);
    CHECK(desk.dispatcher.is_running("a.org"));
    const auto renewal = renew_at(desk.observed.of("b.org").certificates.front(), {});
    CHECK(desk.last.wake == renewal);
    CHECK(desk.dispatcher.is_complete());
    desk.plan_all();
    CHECK(desk.turn().empty());
    desk.hold("a.org", desk.now);
    desk.end("a.org");
    CHECK(desk.turn().empty());
    CHECK(desk.dispatcher.is_complete());
    desk.now = renewal;
    CHECK(desk.turn() == Names{"b.org"});
    REQUIRE(desk.last.start.size() == 1);
    CHECK(desk.last.start.front().rule == Rule::renew_window);
}

TEST_CASE("no more run than MDMaxParallel, and then nothing is waited for but an end") {
    Desk desk({"a.org", "b.org", "c.org"});
    desk.desired.server.max_parallel = 2;
    CHECK(desk.turn() == Names{"a.org", "b.org"});
    CHECK_FALSE(desk.last.wake);
    CHECK(desk.dispatcher.due(desk.now) == Names{"c.org"});
    desk.hold("a.org", desk.now);
    desk.end("a.org");
    CHECK(desk.turn() == Names{"c.org"});
}

TEST_CASE("orders keep to the rate of their CA, and the most urgent goes first") {
    Desk desk({"a.org", "b.org", "c.org"});
    desk.desired.server.order_rate = model::OrderRate{1, 1h};
    desk.hold("a.org", start - days{50});
    desk.hold("b.org", start - days{70});
    desk.desired.domains[2].settings.edit().set_directory_urls({"https://other.example/"});
    desk.plan("c.org");
    desk.now = start + days{12};
    desk.plan_all();
    CHECK(desk.turn() == Names{"b.org", "c.org"});
    CHECK(desk.last.start.back().issuer == "https://other.example/");
    CHECK(desk.last.put_off.empty());  // nobody has asked
    CHECK(desk.last.wake == desk.now + 1h);
    desk.now += 1h;
    CHECK(desk.turn() == Names{"a.org"});
}

TEST_CASE("a CA that asks to be left alone is, and the others are asked") {
    Desk desk({"a.org", "b.org"});
    desk.desired.domains[1].settings.edit().set_directory_urls({"https://other.example/"});
    desk.plan_all();
    desk.dispatcher.limits().hold_until(std::string(model::lets_encrypt), desk.now + 2h);
    CHECK(desk.turn() == Names{"b.org"});
    CHECK(desk.last.wake == desk.now + 2h);
    desk.now += 2h;
    CHECK(desk.turn() == Names{"a.org"});
}

TEST_CASE("of many that are requested those that the rate puts off are named once") {
    Desk desk({"a.org", "b.org", "c.org"});
    desk.desired.server.order_rate = model::OrderRate{1, 1h};
    for (const char* one : {"a.org", "b.org", "c.org"})
        desk.hold(one);
    CHECK(desk.turn().empty());
    desk.request({"a.org", "b.org", "c.org"});
    CHECK(desk.turn() == Names{"a.org"});
    CHECK(desk.last.start.front().rule == Rule::requested);
    CHECK(desk.put_off(WaitsFor::order_rate) == Names{"b.org", "c.org"});
    CHECK(desk.last.put_off.front().until == desk.now + 1h);
    CHECK(desk.turn().empty());
    CHECK(desk.last.put_off.empty());
    desk.end("a.org");
    CHECK_FALSE(desk.dispatcher.is_requested("a.org"));
    desk.now += 1h;
    CHECK(desk.turn() == Names{"b.org"});
    CHECK(desk.dispatcher.is_requested("c.org"));
}

TEST_CASE("what is requested while it runs is neither put off nor forgotten") {
    Desk desk({"a.org", "b.org"});
    desk.desired.server.order_rate = model::OrderRate{1, 1h};
    CHECK(desk.turn() == Names{"a.org"});
    desk.request({"a.org", "b.org"});
    CHECK(desk.turn().empty());
    CHECK(desk.put_off(WaitsFor::order_rate) == Names{"b.org"});
    desk.hold("a.org");
    desk.end("a.org");
    CHECK(desk.turn().empty());
    CHECK(desk.put_off(WaitsFor::order_rate) == Names{"a.org"});
}

TEST_CASE("one that is requested alone goes first and does not heed the rate, but MDMaxParallel") {
    Desk desk({"a.org", "b.org"});
    desk.desired.server.order_rate = model::OrderRate{1, 1h};
    desk.desired.server.max_parallel = 1;
    desk.hold("b.org");
    CHECK(desk.turn() == Names{"a.org"});
    desk.request({"b.org"});
    CHECK(desk.turn().empty());
    CHECK(desk.last.put_off.empty());
    desk.hold("a.org");
    desk.end("a.org");
    CHECK(desk.turn() == Names{"b.org"});
    CHECK_FALSE(desk.dispatcher.is_requested("b.org"));
}

TEST_CASE("one that is not driven can be requested, and names no CA") {
    Desk desk({"a.org"});
    desk.desired.domains[0].settings.edit().drive_mode = model::DriveMode::manual;
    desk.plan_all();
    CHECK(desk.turn().empty());
    CHECK(desk.dispatcher.is_complete());
    desk.request({"a.org"});
    CHECK(desk.turn() == Names{"a.org"});
    CHECK(desk.last.start.front().issuer.empty());
}

TEST_CASE("who has the names of an orphan waits for it, and the others do not") {
    Desk desk({"a.org"});
    CHECK(desk.turn() == Names{"a.org"});
    const model::DesiredState former = desk.desired;
    desk.desired.domains = {domain({"b.org", "a.org"}), domain({"c.org"})};
    CHECK(desk.dispatcher.replace(former, desk.desired).empty());
    desk.plan_all();
    CHECK(desk.turn() == Names{"c.org"});
    CHECK(desk.put_off(WaitsFor::orphan) == Names{"b.org"});
    CHECK(desk.last.wake == desk.now + 1min);
    CHECK(desk.dispatcher.is_complete());
    SECTION("requested or not") {
        desk.request({"b.org"});
        CHECK(desk.turn().empty());
    }
    SECTION("until its end") {
        CHECK(desk.dispatcher.ended("a.org"));
        desk.plan_all();
        CHECK(desk.turn() == Names{"b.org"});
    }
    SECTION("until it is wanted again") {
        desk.dispatcher.replace(desk.desired, former);
        desk.desired = former;
        desk.plan_all();
        CHECK(desk.turn().empty());
        CHECK_FALSE(desk.dispatcher.ended("a.org"));
        desk.plan("a.org");
        CHECK(desk.turn() == Names{"a.org"});
    }
}

TEST_CASE("what was requested and is taken away is told of") {
    Desk desk({"a.org", "b.org"});
    const model::DesiredState former = desk.desired;
    desk.request({"a.org"});
    desk.request({"a.org", "b.org"});
    desk.desired.domains.pop_back();
    CHECK(desk.dispatcher.replace(former, desk.desired) == Names{"b.org"});
    CHECK_FALSE(desk.dispatcher.is_requested("b.org"));
    CHECK(desk.dispatcher.is_requested("a.org"));
}

TEST_CASE(
    "what is due again waits until its last set was notified, but not for a call that failed") {
    Desk desk({"a.org", "b.org"});
    desk.desired.server.notify_command = {"/bin/reload"};
    desk.hold("a.org", start - days{90});
    model::OwedCall& notification = desk.observed.domains["a.org"].delivery.edit().notification;
    notification.owed = true;
    desk.plan_all();
    CHECK(desk.turn() == Names{"b.org"});
    CHECK(desk.put_off(WaitsFor::notification) == Names{"a.org"});
    CHECK(desk.last.wake == desk.now + 1s);
    CHECK_FALSE(desk.dispatcher.may_notify_later());  // b.org runs, and is not waited for
    SECTION("told") {
        notification.owed = false;
        desk.plan("a.org");
    }
    SECTION("failed") {
        notification.errors = 1;
        desk.plan("a.org");
    }
    SECTION("requested") {
        desk.request({"a.org"});
    }
    SECTION("a single pass") {
        desk.dispatcher.begin_single_pass();
        desk.plan_all();
    }
    CHECK(desk.turn() == Names{"a.org"});
    CHECK(desk.dispatcher.may_notify_later());
}

TEST_CASE("who asked for a single renewal does not wait for others to be notified of it") {
    Desk desk({"a.org", "b.org"});
    CHECK_FALSE(desk.dispatcher.may_notify_later());
    desk.hold("a.org");
    desk.request({"a.org"});
    CHECK(desk.turn() == Names{"a.org", "b.org"});
    CHECK(desk.dispatcher.may_notify_later());
    desk.observed.domains["a.org"].delivery.edit().notification.owed = true;
    desk.end("a.org");
    CHECK_FALSE(desk.dispatcher.may_notify_later());
    desk.observed.domains["a.org"].delivery.edit().notification.owed = false;
    desk.plan("a.org");
    CHECK(desk.dispatcher.may_notify_later());
}

TEST_CASE("nobody waits for the notification of what a reload took away") {
    Desk desk({"a.org", "b.org"});
    desk.hold("a.org");
    desk.request({"a.org"});
    CHECK(desk.turn() == Names{"a.org", "b.org"});
    desk.observed.domains["a.org"].delivery.edit().notification.owed = true;
    desk.end("a.org");
    CHECK_FALSE(desk.dispatcher.may_notify_later());
    const model::DesiredState former = desk.desired;
    desk.desired.domains.erase(desk.desired.domains.begin());
    desk.observed.domains.erase("a.org");
    desk.dispatcher.replace(former, desk.desired);
    desk.plan_all();
    CHECK(desk.dispatcher.may_notify_later());
}

TEST_CASE("a renewal that the limit holds up is told of once for each time") {
    Desk desk({"a.org"});
    model::ObservedDomain& held = desk.observed.domains["a.org"];
    held.certificates = {certificate({"a.org"}, desk.now - days{80}, days{90})};
    held.state.lifetime = days{90};
    for (int i = 3; i > 0; --i)
        held.state.renewals.push_back(desk.now - 1h * i);
    CHECK(desk.dispatcher.take_limited().empty());
    desk.plan_all();
    const std::vector<Step> limited = desk.dispatcher.take_limited();
    REQUIRE(limited.size() == 1);
    CHECK(limited.front().at == desk.now - 3h + days{30});
    desk.plan_all();
    CHECK(desk.dispatcher.take_limited().empty());
    held.state.renewals.back() = desk.now;
    held.state.renewals.front() = desk.now - 2h;
    desk.plan("a.org");
    CHECK(desk.dispatcher.take_limited().size() == 1);
}

TEST_CASE("one that keeps failing lets those go first whose time came meanwhile") {
    Desk desk({"a.org", "b.org"});
    desk.desired.server.max_parallel = 1;
    desk.hold("a.org", start - days{85});
    desk.hold("b.org", start - days{82});
    desk.observed.domains["a.org"].attempts = failed(3, desk.now - 2h, desk.now);
    desk.plan_all();
    CHECK(desk.turn() == Names{"b.org"});
}

}  // namespace md::schedule

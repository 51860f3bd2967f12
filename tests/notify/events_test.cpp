// SPDX-License-Identifier: Apache-2.0
// Who is owed a notification, when, and together with whom.
#include "notify/events.hpp"

#include "support/catch.hpp"

using namespace md;
using namespace std::chrono_literals;
using Names = std::vector<std::string>;
using std::chrono::sys_seconds;

namespace {

constexpr sys_seconds now{1'800'000'000s};

struct World {
    model::DesiredState desired;
    model::ObservedState observed;

    World() { desired.server.notify_command = {"/usr/bin/reload", "nginx"}; }

    void wants(const std::string& name) {
        model::ManagedDomain md;
        md.members = {{*model::Identifier::parse(name), {}}};
        desired.domains.push_back(md);
    }
    // Its set is valid from then on, and a call is owed.
    model::ObservedDomain& untold(const std::string& name, sys_seconds at) {
        wants(name);
        model::ObservedDomain& held = observed.domains[name];
        held.state.recorded = true;
        held.state.valid_from = at;
        held.delivery.edit().notification.owed = true;
        return held;
    }
    notify::Owed owed(bool busy = false) const { return owed_for(busy, 60s); }
    notify::Owed owed_for(bool busy, std::chrono::seconds patience) const {
        std::vector<const model::ManagedDomain*> domains;
        for (const model::ManagedDomain& domain : desired.domains)
            domains.push_back(&domain);
        return notify::owed(desired.server, domains, observed, now, busy, patience);
    }
};

}  // namespace

TEST_CASE("a set of which nobody was told is owed a call at once") {
    World world;
    world.untold("a.org", now - 1s);
    CHECK(world.owed().domains == Names{"a.org"});
    CHECK(world.owed().next == now - 1s);
}

TEST_CASE("nothing is owed where nothing was made, or all was told") {
    World world;
    world.wants("new.org");
    world.untold("told.org", now - 1s).delivery.edit().notification.owed = false;
    CHECK(world.owed().domains.empty());
    CHECK_FALSE(world.owed().next);
}

TEST_CASE("nothing is owed without a command, nor to an MD that is no longer configured") {
    World world;
    world.untold("a.org", now - 1s);
    World without_command = world;
    without_command.desired.server.notify_command.clear();
    CHECK_FALSE(without_command.owed().next);
    world.desired.domains.clear();
    CHECK_FALSE(world.owed().next);
}

TEST_CASE("all that are owed share one call, in the configuration's order") {
    World world;
    world.untold("z.org", now - 5s);
    world.untold("a.org", now - 9s);
    world.untold("m.org", now);
    CHECK(world.owed().domains == Names{"z.org", "a.org", "m.org"});
    CHECK(world.owed().next == now - 9s);
}

TEST_CASE("while attempts run the call waits for them") {
    World world;
    world.untold("a.org", now - 20s);
    world.untold("b.org", now - 2s);
    CHECK(world.owed(true).domains.empty());
    CHECK(world.owed(true).next == now + 40s);
    CHECK(world.owed(false).domains == Names{"a.org", "b.org"});
}

TEST_CASE("it waits at most a minute after the earliest became ready") {
    World world;
    world.untold("a.org", now - 60s);
    world.untold("b.org", now);
    CHECK(world.owed(true).domains == Names{"a.org", "b.org"});
    auto patient = world.owed_for(true, 61s);
    CHECK(patient.domains.empty());
    CHECK(patient.next == now + 1s);
}

TEST_CASE("after a failed call it is due again at its time") {
    World world;
    auto& call = world.untold("a.org", now - 1h).delivery.edit().notification;
    call.errors = 2;
    call.next = now + 30s;
    CHECK(world.owed().domains.empty());
    CHECK(world.owed().next == now + 30s);
    call.next = now;
    CHECK(world.owed().domains == Names{"a.org"});
}

TEST_CASE("one that waits after a failure goes along when another becomes due") {
    World world;
    auto& failed = world.untold("failed.org", now - 1h).delivery.edit().notification;
    failed.errors = 1;
    failed.next = now + 10min;
    world.untold("fresh.org", now - 1s);
    CHECK(world.owed().domains == Names{"failed.org", "fresh.org"});
}

TEST_CASE("one without a time, or with one a jumped clock wrote, is due now") {
    World world;
    world.untold("timeless.org", now).state.valid_from.reset();
    CHECK(world.owed(true).domains == Names{"timeless.org"});

    World ahead;
    ahead.untold("a.org", now + 24h * 3650);
    CHECK(ahead.owed(true).domains == Names{"a.org"});

    World retry;
    auto& call = retry.untold("a.org", now - 1s).delivery.edit().notification;
    call.errors = 1;
    call.next = now + 24h * 3650;
    CHECK(retry.owed().domains == Names{"a.org"});
}

TEST_CASE("the time of the last run stands in for a missing valid-from") {
    World world;
    auto& held = world.untold("a.org", now);
    held.state.valid_from.reset();
    held.state.last_run = now - 10s;
    CHECK(world.owed(true).next == now + 50s);
}

TEST_CASE("the command line ends with the names") {
    CHECK(notify::command_for({"/bin/x", "-v"}, {"a.org", "b.org"}) ==
          Names{"/bin/x", "-v", "a.org", "b.org"});
    CHECK(notify::command_for({}, {"a.org"}).empty());
}

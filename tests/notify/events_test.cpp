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
        md.members = {{*model::DomainName::parse(name), {}}};
        desired.domains.push_back(md);
    }
    model::Job& finished(const std::string& name, sys_seconds at) {
        wants(name);
        model::Job job;
        job.name = name;
        job.finished = true;
        job.valid_from = at;
        return observed.domains[name].live_job.emplace(job);
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

TEST_CASE("a finished job that was not notified is owed a call at once") {
    World world;
    world.finished("a.org", now - 1s);
    CHECK(world.owed().domains == Names{"a.org"});
    CHECK(world.owed().next == now - 1s);
}

TEST_CASE("nothing is owed without a finished, unnotified live job") {
    World world;
    world.wants("new.org");
    world.finished("told.org", now - 1s).notified = true;
    world.finished("running.org", now - 1s).finished = false;
    world.finished("staged.org", now - 1s);
    auto& staged = world.observed.domains["staged.org"];
    staged.staged_job = std::exchange(staged.live_job, {});
    CHECK(world.owed().domains.empty());
    CHECK_FALSE(world.owed().next);
}

TEST_CASE("nothing is owed without a command, nor to an MD that is no longer configured") {
    World world;
    world.finished("a.org", now - 1s);
    World without_command = world;
    without_command.desired.server.notify_command.clear();
    CHECK_FALSE(without_command.owed().next);
    world.desired.domains.clear();
    CHECK_FALSE(world.owed().next);
}

TEST_CASE("all that are owed share one call, in the configuration's order") {
    World world;
    world.finished("z.org", now - 5s);
    world.finished("a.org", now - 9s);
    world.finished("m.org", now);
    CHECK(world.owed().domains == Names{"z.org", "a.org", "m.org"});
    CHECK(world.owed().next == now - 9s);
}

TEST_CASE("while attempts run the call waits for them") {
    World world;
    world.finished("a.org", now - 20s);
    world.finished("b.org", now - 2s);
    CHECK(world.owed(true).domains.empty());
    CHECK(world.owed(true).next == now + 40s);
    CHECK(world.owed(false).domains == Names{"a.org", "b.org"});
}

TEST_CASE("it waits at most a minute after the earliest became ready") {
    World world;
    world.finished("a.org", now - 60s);
    world.finished("b.org", now);
    CHECK(world.owed(true).domains == Names{"a.org", "b.org"});
    auto patient = world.owed_for(true, 61s);
    CHECK(patient.domains.empty());
    CHECK(patient.next == now + 1s);
}

TEST_CASE("after a failed call it is due again at the job's time") {
    World world;
    auto& job = world.finished("a.org", now - 1h);
    job.notify_errors = 2;
    job.notify_next = now + 30s;
    CHECK(world.owed().domains.empty());
    CHECK(world.owed().next == now + 30s);
    job.notify_next = now;
    CHECK(world.owed().domains == Names{"a.org"});
}

TEST_CASE("one that waits after a failure goes along when another becomes due") {
    World world;
    auto& failed = world.finished("failed.org", now - 1h);
    failed.notify_errors = 1;
    failed.notify_next = now + 10min;
    world.finished("fresh.org", now - 1s);
    CHECK(world.owed().domains == Names{"failed.org", "fresh.org"});
}

TEST_CASE("a job without a time, or with one a jumped clock wrote, is due now") {
    World world;
    world.finished("timeless.org", now).valid_from.reset();
    CHECK(world.owed(true).domains == Names{"timeless.org"});

    World ahead;
    ahead.finished("a.org", now + 24h * 3650);
    CHECK(ahead.owed(true).domains == Names{"a.org"});

    World retry;
    auto& job = retry.finished("a.org", now - 1s);
    job.notify_errors = 1;
    job.notify_next = now + 24h * 3650;
    CHECK(retry.owed().domains == Names{"a.org"});
}

TEST_CASE("the time of the last run stands in for a missing valid-from") {
    World world;
    auto& job = world.finished("a.org", now);
    job.valid_from.reset();
    job.last_run = now - 10s;
    CHECK(world.owed(true).next == now + 50s);
}

TEST_CASE("the command line ends with the names") {
    CHECK(notify::command_for({"/bin/x", "-v"}, {"a.org", "b.org"}) ==
          Names{"/bin/x", "-v", "a.org", "b.org"});
    CHECK(notify::command_for({}, {"a.org"}).empty());
}

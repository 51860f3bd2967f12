// SPDX-License-Identifier: Apache-2.0
// MDMessageCmd through an MD's life: what is said when, and what a refusal does.
#include "drive/loop_bench.hpp"
#include "drive/reconcile.hpp"
#include "support/catch.hpp"

namespace md::drive {
namespace {

using namespace std::chrono_literals;
using test::LoopBench;
using test::managed;
using test::Scenario;
using Commands = std::vector<std::vector<std::string>>;

struct MessageBench : LoopBench {
    explicit MessageBench(Scenario scenario = {})
        : LoopBench({managed({"a.org", "www.a.org"})}, std::move(scenario)) {
        desired.domains[0].settings.challenges = {model::ChallengeType::http_01};
        desired.server.notify_command.clear();
        desired.server.message_command = server.message_command = {"/bin/message"};
    }
    // The reasons MDMessageCmd was run for, in order.
    std::vector<std::string> reasons() const {
        std::vector<std::string> result;
        for (const auto& command : hooks.commands)
            if (command.front() == "/bin/message") {
                CHECK(command.back() == "a.org");
                result.push_back(command.at(command.size() - 2));
            }
        return result;
    }
    std::ptrdiff_t told(const std::string& reason) const {
        auto all = reasons();
        return std::count(all.begin(), all.end(), reason);
    }
};

}  // namespace

TEST_CASE("MDMessageCmd is told of each event in the order of mod_md") {
    MessageBench bench;
    bench.desired.server.notify_command = {"/bin/reload"};
    bench.start();
    bench.pass(70s);
    REQUIRE(bench.held("a.org") == 1);
    CHECK(bench.hooks.commands ==
          Commands{{"/bin/message", "renewing", "a.org"},
                   {"/bin/message", "challenge-setup:http-01:a.org", "a.org"},
                   {"/bin/message", "challenge-setup:http-01:www.a.org", "a.org"},
                   {"/bin/reload", "a.org"},
                   {"/bin/message", "renewed", "a.org"},
                   {"/bin/message", "installed", "a.org"}});
    CHECK(bench.loop->observed().of("a.org").live_job->notified);
}

TEST_CASE("a refusal of renewing puts the attempt off to the next check; the CA is not asked") {
    MessageBench bench;
    bench.hooks.refused = {"renewing"};
    bench.start();
    bench.pass(1h);
    CHECK(bench.told("renewing") == 1);
    CHECK(bench.ca.steps() == 0);
    const auto& job = bench.loop->observed().of("a.org").staged_job;
    REQUIRE(job);
    CHECK(job->last_failure->stage == "message");
    CHECK(job->last_failure->detail == "MDMessageCmd refused the attempt: exit status 1");
    CHECK(*job->next_run >= job->last_failure->at + bench.desired.server.check_interval);
    CHECK(bench.told("errored") == 0);  // it knows
    bench.hooks.refused.clear();
    bench.pass(14h);
    CHECK(bench.held("a.org") == 1);
}

TEST_CASE("a refusal of challenge-setup fails the challenge before the CA is told to look") {
    MessageBench bench;
    bench.hooks.refused = {"challenge-setup:http-01:www.a.org"};
    bench.start();
    bench.pass(20s);
    CHECK(bench.held("a.org") == 0);
    const auto& job = bench.loop->observed().of("a.org").staged_job;
    REQUIRE(job);
    CHECK(job->last_failure->stage == "challenge");
    CHECK(job->last_failure->detail ==
          "MDMessageCmd refused challenge-setup:http-01:www.a.org: exit status 1");
    CHECK(bench.told("errored") == 1);
    bench.hooks.refused.clear();
    bench.pass(10min);
    CHECK(bench.held("a.org") == 1);
    CHECK(bench.ca.orders() == 1);
    CHECK(bench.told("errored") == 1);  // once an hour
}

TEST_CASE("renewed is told until it succeeds, also after a restart; installed then, whatever") {
    MessageBench bench;
    bench.hooks.refused = {"renewed", "installed"};
    bench.start();
    bench.pass(90s);
    REQUIRE(bench.held("a.org") == 1);
    CHECK(bench.told("renewed") > 1);
    CHECK(bench.told("installed") == 0);
    CHECK_FALSE(bench.loop->observed().of("a.org").live_job->notified);
    bench.stop();
    bench.start();
    bench.hooks.refused = {"installed"};
    bench.pass(3min);
    CHECK(bench.loop->observed().of("a.org").live_job->notified);
    CHECK(bench.told("installed") == 1);
}

TEST_CASE("an expiring certificate is told of daily while its renewal fails, also when manual") {
    Scenario scenario;
    scenario.lifetime = 20 * 24h;
    MessageBench bench(scenario);
    bench.start();
    bench.pass(2min);
    REQUIRE(bench.held("a.org") == 1);
    bench.stop();
    bench.desired.domains[0].settings.drive_mode = model::DriveMode::manual;
    bench.start();
    bench.pass(17 * 24h);
    CHECK(bench.told("expiring") == 0);
    bench.pass(25h);  // the last tenth begins after 18 days
    CHECK(bench.told("expiring") == 1);
    bench.pass(24h);
    CHECK(bench.told("expiring") == 2);
    bench.stop();
    bench.start();  // the record survives
    bench.pass(1h);
    CHECK(bench.told("expiring") == 2);
}

TEST_CASE("a renewal during a notification is told of by itself") {
    LoopBench bench({managed({"a.org"})});
    bench.hooks.clock = &bench.clock;
    bench.hooks.takes = 40s;
    bench.start();
    bench.pass(10s);
    REQUIRE(bench.held("a.org") == 1);
    REQUIRE(bench.hooks.commands.size() == 1);  // running still
    bench.loop->request({"a.org"});
    bench.pass(10s);
    CHECK(bench.ca.certificates() == 2);
    CHECK(bench.hooks.commands.size() == 1);
    bench.pass(3min);
    CHECK(bench.hooks.commands.size() == 2);
    CHECK(bench.loop->observed().of("a.org").live_job->notified);
}

}  // namespace md::drive

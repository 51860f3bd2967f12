// SPDX-License-Identifier: Apache-2.0
// MDMessageCmd through an MD's life: what is said when, and what a refusal does.
#include "drive/loop_bench.hpp"
#include "drive/reconcile.hpp"
#include "store/records.hpp"
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
        desired.domains[0].settings.edit().challenges = {model::ChallengeType::http_01};
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
    const model::Delivery& told_of() const { return *loop->observed().of("a.org").delivery; }
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
    CHECK_FALSE(bench.loop->observed().of("a.org").delivery->notification.owed);
}

TEST_CASE("a refusal of renewing puts the attempt off to the next check; the CA is not asked") {
    MessageBench bench;
    bench.hooks.refused = {"renewing"};
    bench.start();
    bench.pass(1h);
    CHECK(bench.told("renewing") == 1);
    CHECK(bench.ca.steps() == 0);
    const auto& job = bench.loop->observed().of("a.org").attempts;
    REQUIRE(job);
    CHECK(job->last_failure->stage == "message");
    CHECK(job->last_failure->detail == "MDMessageCmd refused the attempt: exit status 1");
    CHECK(*job->next_run >= job->last_failure->at + bench.desired.server.check_interval);
    CHECK(job->errors == 0);
    CHECK(bench.told("errored") == 0);  // it knows
    bench.hooks.refused.clear();
    bench.pass(14h);
    CHECK(bench.held("a.org") == 1);
}

TEST_CASE("a refusal of renewing does not make the next failure wait longer") {
    Scenario scenario;
    scenario.refused["a.org"] = "connection";
    MessageBench bench(scenario);
    bench.hooks.refused = {"renewing"};
    bench.start();
    for (int i = 0; i < 5; ++i)
        bench.pass(13h);
    CHECK(bench.told("renewing") >= 3);
    bench.hooks.refused.clear();
    bench.loop->request({"a.org"});
    bench.pass(30s);
    const auto& job = bench.loop->observed().of("a.org").attempts;
    REQUIRE(job->errors == 1);
    CHECK(*job->next_run - job->last_failure->at <= 75s);  // the first delay of such a refusal
}

TEST_CASE("a refusal of challenge-setup fails the challenge before the CA is told to look") {
    MessageBench bench;
    bench.hooks.refused = {"challenge-setup:http-01:www.a.org"};
    bench.start();
    bench.pass(20s);
    CHECK(bench.held("a.org") == 0);
    const auto& job = bench.loop->observed().of("a.org").attempts;
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
    const auto calls = bench.told("renewed");
    CHECK(calls > 1);
    CHECK(bench.told("installed") == 0);
    CHECK(bench.told_of().message.owed);
    CHECK(bench.told_of().message.errors == calls);
    bench.stop();
    bench.start();
    CHECK(bench.told_of().message.errors == calls);
    CHECK(bench.told("renewed") == calls);  // not before its time
    bench.hooks.refused = {"installed"};
    bench.pass(3min);
    CHECK_FALSE(bench.told_of().message.owed);
    CHECK(bench.told("renewed") == calls + 1);
    CHECK(bench.told("installed") == 1);
    bench.pass(1h);
    CHECK(bench.told("renewed") == calls + 1);
}

TEST_CASE("renewed that failed is repeated without MDNotifyCmd") {
    MessageBench bench;
    bench.desired.server.notify_command = {"/bin/reload"};
    bench.hooks.refused = {"renewed"};
    bench.start();
    bench.pass(3min);
    bench.stop();
    bench.start();
    bench.pass(10min);
    auto reloads = [&] {
        return std::count(bench.hooks.commands.begin(), bench.hooks.commands.end(),
                          std::vector<std::string>{"/bin/reload", "a.org"});
    };
    CHECK(bench.told("renewed") > 3);
    CHECK(reloads() == 1);
    CHECK_FALSE(bench.told_of().notification.owed);
    bench.hooks.refused.clear();
    bench.pass(1h);
    CHECK_FALSE(bench.told_of().message.owed);
    CHECK(bench.told("installed") == 1);
    CHECK(reloads() == 1);
}

TEST_CASE("messages of different MDs run side by side, those of one in order") {
    LoopBench bench(test::many(20));
    bench.desired.server.notify_command.clear();
    bench.desired.server.message_command = bench.server.message_command = {"/bin/message"};
    bench.hooks.refused = {"renewed"};
    bench.start();
    bench.pass(2min);
    REQUIRE(held_by(bench) == 20);
    bench.hooks.refused.clear();
    bench.hooks.commands.clear();
    bench.hooks.clock = &bench.clock;
    bench.hooks.takes = 50s;
    bench.hooks.most_running = 0;
    bench.pass(1h);
    CHECK(bench.hooks.most_running == 8);
    CHECK(bench.hooks.commands.size() == 2 * 20);
    auto told_at = [&](const char* reason, const std::string& name) {
        const std::vector<std::string> command = {"/bin/message", reason, name};
        return std::find(bench.hooks.commands.begin(), bench.hooks.commands.end(), command);
    };
    for (const auto& domain : bench.desired.domains) {
        const std::string name = domain.name();
        CHECK(told_at("renewed", name) < told_at("installed", name));
        CHECK(told_at("installed", name) != bench.hooks.commands.end());
        CHECK_FALSE(bench.loop->observed().of(name).delivery->message.owed);
    }
}

TEST_CASE("a warning that is told while MDNotifyCmd runs is not forgotten") {
    Scenario scenario;
    scenario.lifetime = 20 * 24h;
    MessageBench bench(scenario);
    bench.desired.server.notify_command = {"/bin/reload"};
    bench.hooks.refused = {"/bin/reload"};
    bench.start();
    bench.pass(2min);
    REQUIRE(bench.held("a.org") == 1);
    bench.stop();
    bench.clock.advance(19 * 24h);
    const auto errors = bench.told_of().notification.errors;
    bench.desired.domains[0].settings.edit().drive_mode = model::DriveMode::manual;
    bench.hooks.clock = &bench.clock;
    bench.hooks.takes = 40s;
    bench.hooks.most_running = 0;
    bench.start();
    bench.pass(2min);
    CHECK(bench.hooks.most_running == 2);
    bench.stop();
    bench.start();
    CHECK(bench.told_of().notification.errors > errors);
    CHECK(bench.told_of().warned.has_value());
    const auto log = store::parse_log(bench.store.values.at("domains/a.org/job.json"));
    for (const char* type : {"message-expiring", "finished", "starting"})
        CHECK(std::count_if(log.begin(), log.end(),
                            [&](const auto& entry) { return entry.type == type; }) == 1);
}

TEST_CASE("a single pass tells of what it made, and repeats nothing that fails") {
    MessageBench bench;
    bench.desired.server.notify_command = {"/bin/reload"};
    bench.hooks.refused = {"renewed"};
    auto pass = [&] {
        bench.restart();
        drive::Reconcile loop(bench.context.get_executor(), bench.drive_context(), bench.hooks,
                              bench.desired, [](const drive::Changes&) {});
        test::run_task(bench.context, loop.load());
        bench.clock.auto_advance(true);
        test::run_task(bench.context, loop.drive_due());
        bench.clock.auto_advance(false);
        return *loop.observed().of("a.org").delivery;
    };
    CHECK(pass().message.errors == 1);
    CHECK(bench.told("renewed") == 1);
    bench.clock.advance(1h);
    bench.hooks.refused.clear();
    CHECK_FALSE(pass().message.owed);
    CHECK(bench.told("renewed") == 2);
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
    bench.desired.domains[0].settings.edit().drive_mode = model::DriveMode::manual;
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

// It kept in the log alone when it had warned, and whom it had told of an attempt.
TEST_CASE("with a store of a former version nothing is told, notified or ordered again") {
    Scenario scenario;
    scenario.lifetime = 20 * 24h;
    MessageBench bench(scenario);
    bench.desired.server.notify_command = {"/bin/reload"};
    bench.start();
    bench.pass(2min);
    REQUIRE(bench.held("a.org") == 1);
    scenario.refused["a.org"] = "connection";
    bench.ca.set_scenario(scenario);
    bench.pass(18 * 24h + 1h);  // its last tenth
    REQUIRE(bench.told("expiring") == 1);
    const auto& attempts = bench.loop->observed().of("a.org").attempts;
    REQUIRE(attempts);
    if (*attempts->next_run < bench.clock.now() + 5min)
        bench.pass(10min);
    bench.stop();
    for (const char* key : {"domains/a.org/job.json", "staging/a.org/job.json"}) {
        std::string& text = bench.store.values.at(key);
        for (const char* member : {"told", "started", "notify-reason", "message-reason"})
            if (auto found = text.find("\"" + std::string(member) + "\""); found != text.npos)
                text.replace(found + 1, 1, "_");
    }
    const auto commands = bench.hooks.commands.size();
    const auto orders = bench.ca.orders();
    bench.start();
    CHECK(bench.told_of().warned.has_value());
    bench.pass(2min);
    CHECK(bench.hooks.commands.size() == commands);
    CHECK(bench.ca.orders() == orders);
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
    CHECK_FALSE(bench.loop->observed().of("a.org").delivery->notification.owed);
}

}  // namespace md::drive

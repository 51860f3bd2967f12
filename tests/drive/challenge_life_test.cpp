// SPDX-License-Identifier: Apache-2.0
// Challenges that are set up outside of this process, in an attempt: journalled in order.json, and
// withdrawn by the next attempt where a process was killed meanwhile.
#include "drive/bench.hpp"
#include "store/records.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace md::drive {
namespace {

using Words = std::vector<std::string>;

test::Scenario by_dns() {
    test::Scenario scenario;
    scenario.challenge_types = {"dns-01"};
    return scenario;
}

model::ManagedDomain proved_by_dns() {
    auto wanted = test::managed({"a.org", "www.a.org"});
    wanted.settings.edit().challenges = {model::ChallengeType::dns_01};
    return wanted;
}

Words setups_in(const std::map<std::string, std::string>& store) {
    auto found = store.find("staging/a.org/order.json");
    return found == store.end() ? Words() : store::parse_order(found->second)->challenge_setups;
}

// The store and the DNS as a process leaves them that is killed when all is set up.
struct Killed : test::DriveBench {
    Killed() : DriveBench(by_dns()) {
        dns.outlives = true;
        dns.on_prepared = [this] {
            left = store.values;
            left_records = dns.records;
        };
        attempt(wanted);
        dns.on_prepared = nullptr;
        REQUIRE(dns.records.empty());
        store.values = left;
        dns.records = left_records;
        dns.calls.clear();
    }
    model::ManagedDomain wanted = proved_by_dns();
    std::map<std::string, std::string> left;
    std::set<std::string> left_records;
};

}  // namespace

TEST_CASE("a set-up that a killed process left is withdrawn by the next attempt") {
    Killed bench;
    REQUIRE(bench.dns.records.size() == 2);
    Words expected;
    for (const std::string& record : bench.dns.records)
        expected.push_back("dns-01:" + record);
    Words journalled = setups_in(bench.left);
    std::sort(journalled.begin(), journalled.end());
    REQUIRE(journalled == expected);
    SECTION("which goes on with its order") {}
    SECTION("also where its order is of no more use") {
        auto job = store::parse_staged_job(bench.left.at("staging/a.org/job.json"));
        REQUIRE(job.has_value());
        job->attempts.ca_url = "https://former.test/directory";
        bench.store.values["staging/a.org/job.json"] = store::job_text("a.org", *job);
    }
    CHECK(bench.attempt(bench.wanted).certificates.size() == 1);
    REQUIRE_FALSE(bench.dns.calls.empty());
    CHECK(bench.dns.calls.front() == "withdraw left");
    CHECK(bench.dns.records.empty());
}

TEST_CASE("a set-up that cannot be withdrawn stays in order.json for the next attempt") {
    Killed bench;
    bench.dns.withdrawal_fails = "the server refused it";
    bench.ca.cut_at(bench.ca.steps(), test::Cut::before);
    CHECK(bench.attempt(bench.wanted).certificates.empty());
    CHECK(setups_in(bench.store.values) == setups_in(bench.left));
    bench.dns.withdrawal_fails.clear();
    CHECK(bench.attempt(bench.wanted).certificates.size() == 1);
    CHECK(bench.dns.records.empty());
}

TEST_CASE("order.json is written once more for a set-up and once for its withdrawal") {
    test::DriveBench plain;
    plain.attempt(test::managed({"a.org", "www.a.org"}));
    test::DriveBench bench(by_dns());
    bench.attempt(proved_by_dns());
    CHECK(bench.store.changes() == plain.store.changes());
    test::DriveBench lasting(by_dns());
    lasting.dns.outlives = true;
    lasting.attempt(proved_by_dns());
    CHECK(lasting.store.changes() == plain.store.changes() + 2);
}

TEST_CASE("the solvers of an order are chosen by the settings of its managed domain") {
    test::DriveBench bench;
    std::vector<std::vector<model::ChallengeType>> asked_for;
    DriveContext context = bench.drive_context();
    context.solvers_for = [&](const model::Settings& settings) {
        asked_for.push_back(settings.challenges);
        return bench.all_solvers();
    };
    auto wanted = test::managed({"a.org"});
    wanted.settings.edit().challenges = {model::ChallengeType::http_01};
    bench.clock.auto_advance(true);
    test::run_task(bench.context, attempt(context, bench.server, wanted, bench.observe(wanted),
                                          test::ScenarioCa::directory_url));
    REQUIRE_FALSE(asked_for.empty());
    for (const auto& types : asked_for)
        CHECK(types == wanted.settings->challenges);
    CHECK(bench.http.calls.size() == 2);
}

}  // namespace md::drive

// SPDX-License-Identifier: Apache-2.0
// What others do to the store while the daemon runs is seen after MDCheckInterval.
#include "drive/loop_bench.hpp"
#include "support/catch.hpp"

namespace md::drive {
namespace {

using namespace std::chrono_literals;
using test::LoopBench;
using test::managed;
using test::many;
using test::Scenario;

struct Looking : LoopBench {
    explicit Looking(std::vector<model::ManagedDomain> domains) : LoopBench(std::move(domains)) {
        desired.server.check_interval = 10min;
        start();
        pass(2min);
        REQUIRE(test::held_by(*this) == static_cast<std::ptrdiff_t>(desired.domains.size()));
    }
    void erase(const std::string& prefix) {
        std::erase_if(store.values, [&](const auto& one) { return one.first.starts_with(prefix); });
    }
};

const std::string chain_key = "domains/a.org/pubcert.p-256.pem";

}  // namespace

TEST_CASE("a folder that is removed is noticed, and its certificate obtained anew") {
    Looking bench({managed({"a.org"}), managed({"b.org"})});
    bench.erase("domains/a.org/");
    CHECK(bench.held("a.org") == 1);
    bench.pass(11min);
    CHECK(bench.held("a.org") == 1);
    CHECK(bench.store.values.contains(chain_key));
    CHECK(bench.ca.certificates() == 3);
    CHECK(bench.hooks.commands.size() == 2);
    CHECK(bench.hooks.commands.back().back() == "a.org");
}

TEST_CASE("a file that is damaged, or cut, is noticed") {
    Looking bench({managed({"a.org"})});
    std::string& chain = bench.store.values.at(chain_key);
    const std::string whole = chain;
    const bool cut = GENERATE(true, false);
    const std::string end = "-----END CERTIFICATE-----\n";
    chain = cut ? chain.substr(0, chain.find(end) + end.size()) : "garbage";
    bench.pass(11min);
    CHECK(bench.ca.certificates() == 2);
    CHECK(bench.store.values.at(chain_key) != whole);
    CHECK(bench.loop->observed().of("a.org").damage->empty());
}

TEST_CASE("what an administrator put in its place is taken as it is") {
    Looking bench({managed({"a.org"}), managed({"b.org"})});
    for (const char* file : {"privkey.p-256.pem", "pubcert.p-256.pem"})
        bench.store.values["domains/a.org/" + std::string(file)] =
            bench.store.values.at("domains/b.org/" + std::string(file));
    bench.desired.domains[0] = managed({"a.org"});
    bench.pass(9min);
    const auto held = bench.loop->observed().of("a.org").certificates.at(0).names;
    CHECK(held.at(0).text() == "a.org");
    bench.clock.advance(1min);
    bench.pass(2min);
    // It is for another name, hence due.
    CHECK(bench.ca.certificates() == 3);
}

TEST_CASE("what a record says that could not be read at first is taken once it can") {
    Looking bench({managed({"a.org"})});
    REQUIRE(bench.hooks.commands.size() == 1);
    bench.stop();
    std::string& record = bench.store.values.at("domains/a.org/job.json");
    std::string owing = record;
    for (const char* member : {"\"notified\": true", "\"notified-renewed\": true"}) {
        const std::string text = member;
        REQUIRE(owing.find(text) != std::string::npos);
        owing.replace(owing.find(text), text.size(), text.substr(0, text.size() - 4) + "false");
    }
    record = "garbage";
    bench.start();
    bench.pass(2min);
    const auto told = bench.hooks.commands.size();
    bench.store.values.at("domains/a.org/job.json") = owing;
    bench.pass(11min);
    CHECK(bench.hooks.commands.size() == told + 1);
    CHECK(bench.ca.certificates() == 1);
}

TEST_CASE("nothing that is as it was is read again, nor told") {
    Looking bench(many(60));
    bench.pass(21min);
    const auto changes = bench.changes;
    const auto reads = bench.store.reads;
    bench.pass(60min);
    CHECK(bench.changes == changes);
    CHECK(bench.store.reads - reads < 60);  // the account, at each look
    CHECK(bench.ca.certificates() == 60);
    CHECK(bench.hooks.commands.size() <= 3);
}

TEST_CASE("a store that is removed whole comes back, with the account that is in use") {
    Looking bench({managed({"a.org"}), managed({"b.org"})});
    bench.store.values.clear();
    bench.store.was_removed = true;
    bench.pass(12min);
    CHECK(test::held_by(bench) == 2);
    CHECK(bench.store.values.contains(chain_key));
    CHECK(bench.store.values.contains("accounts/ACME-ca.test-0000/account.json"));
    CHECK(bench.ca.certificates() == 4);
    CHECK(bench.ca.accounts() == 1);
    bench.stop();
    bench.start();
    bench.pass(12min);
    CHECK(bench.ca.accounts() == 1);
    CHECK(bench.ca.certificates() == 4);
}

TEST_CASE("a loop whose lease another has taken ends, and leaves the store alone") {
    Looking bench({managed({"a.org"})});
    bench.stop();
    bench.lease = test::run_task(bench.context, bench.store.acquire(store::driver_lease, "first"));
    bench.start();
    bench.pass(12min);
    CHECK_FALSE(bench.ended);
    bench.store.take_lease("another node");
    const auto before = bench.store.values;
    bench.pass(12min);
    CHECK(bench.ended);
    CHECK(bench.store.values == before);
}

TEST_CASE("a store that cannot be looked at changes nothing") {
    Looking bench({managed({"a.org"})});
    bench.store.versions_fail = true;
    bench.pass(25min);
    CHECK(bench.held("a.org") == 1);
    CHECK(bench.ca.certificates() == 1);
    bench.store.versions_fail = false;
    bench.erase("domains/a.org/");
    bench.pass(11min);
    CHECK(bench.ca.certificates() == 2);
}

TEST_CASE("a failure that could not be written down is not forgotten by looking at the disk") {
    Looking bench({managed({"a.org"})});
    Scenario refusing;
    refusing.refused["a.org"] = "dns";
    bench.ca.set_scenario(refusing);
    bench.loop->request({"a.org"});
    bench.settle();
    bench.pass(5s);
    REQUIRE(bench.loop->observed().of("a.org").attempts->errors == 1);
    bench.erase("staging/");
    const auto orders = bench.ca.orders();
    bench.pass(40s);
    CHECK(bench.ca.orders() == orders);
}

TEST_CASE("a look while an attempt is under way leaves that alone") {
    Looking bench({managed({"a.org"}), managed({"b.org"})});
    Scenario slow;
    slow.authorization_polls = 100;
    bench.ca.set_scenario(slow);
    bench.loop->request({"a.org"});
    bench.pass(5s);
    REQUIRE(bench.loop->is_running("a.org"));
    bench.clock.advance(10min);
    bench.settle();
    bench.pass(5s);
    CHECK(bench.held("a.org") == 1);
    CHECK(bench.held("b.org") == 1);
}

}  // namespace md::drive

// SPDX-License-Identifier: Apache-2.0
// Reloads: what runs goes on, what is new is driven, and who has the names of another inherits.
#include "drive/loop_bench.hpp"
#include "drive/reconcile.hpp"
#include "support/catch.hpp"

namespace md::drive {
namespace {

using namespace std::chrono_literals;
using test::held_by;
using test::LoopBench;
using test::managed;
using test::Scenario;

void take_up_desired(LoopBench& bench, bool by_reload) {
    if (by_reload) {
        bench.reload(bench.desired);
        CHECK(bench.reloaded);
    } else {
        bench.stop();
        bench.start();
    }
}

}  // namespace

TEST_CASE("a reload drives what is new and leaves the rest alone") {
    LoopBench bench({managed({"a.org"})});
    bench.start();
    bench.pass(5s);
    auto desired = bench.desired;
    desired.domains = {managed({"a.org"}), managed({"new.org"})};
    bench.reload(desired);
    bench.pass(5s);
    CHECK(bench.reloaded);
    CHECK(bench.held("new.org") == 1);
    CHECK(bench.ca.certificates() == 2);
}

// Found by a reload that came between the log line of a failure and the end of the attempt: the
// domain waited an hour for a retry with settings that were mended already.
TEST_CASE("a failure under settings that a reload has changed meanwhile delays nothing") {
    Scenario failing;
    failing.authorization_polls = 3;
    failing.refused["a.org"] = "dns";
    LoopBench bench({managed({"a.org"})}, failing);
    bench.start();
    REQUIRE(bench.loop->is_running("a.org"));
    bench.desired.domains[0].origin.line = 7;
    const bool mended = GENERATE(true, false);
    if (mended)
        bench.desired.domains[0].settings.edit().keys = {model::KeySpec::ec("p-384")};
    bench.reload(bench.desired);
    REQUIRE(bench.loop->is_running("a.org"));
    for (int i = 0; i < 100 && bench.loop->observed().of("a.org").attempts == std::nullopt; ++i)
        bench.pass(1s);
    REQUIRE(bench.loop->observed().of("a.org").attempts->errors == 1);
    bench.ca.set_scenario({});
    bench.pass(20s);
    CHECK(bench.held("a.org") == (mended ? 1 : 0));
}

// The same where the attempt ends while the reload reads the store: nobody had looked at it again.
TEST_CASE("an attempt that ends while a reload reads the store is judged by the new settings") {
    Scenario failing;
    failing.refused["a.org"] = "dns";
    LoopBench bench({managed({"a.org"})}, failing);
    bench.start();
    REQUIRE(bench.loop->is_running("a.org"));
    const bool mended = GENERATE(true, false);
    if (mended)
        bench.desired.domains[0].settings.edit().keys = {model::KeySpec::ec("p-384")};
    base::Wakeup store_answers(bench.context.get_executor());
    bench.store.listing_awaits = &store_answers;
    bench.reload(bench.desired);
    for (int i = 0; i < 100 && bench.loop->is_running("a.org"); ++i)
        bench.pass(1s);
    REQUIRE_FALSE(bench.loop->is_running("a.org"));
    REQUIRE_FALSE(bench.reloaded);
    REQUIRE(bench.loop->observed().of("a.org").attempts->errors == 1);
    bench.ca.set_scenario({});
    bench.store.listing_awaits = nullptr;
    store_answers.wake();
    bench.pass(20s);
    CHECK(bench.reloaded);
    CHECK(bench.held("a.org") == (mended ? 1 : 0));
}

TEST_CASE("a renamed MD is found under its new name before anything is planned for it") {
    LoopBench bench({managed({"a.org", "www.a.org"})});
    bench.start();
    bench.pass(1min);
    REQUIRE(bench.held("a.org") == 1);
    auto orders = bench.ca.orders();
    model::DesiredState renamed = bench.desired;
    renamed.domains = {managed({"www.a.org", "a.org"})};
    bench.reload(renamed);
    bench.pass(1min);
    REQUIRE(bench.reloaded);
    CHECK(bench.held("www.a.org") == 1);
    CHECK(bench.loop->observed().domains.count("a.org") == 0);
    CHECK(bench.ca.orders() == orders);
}

// Both a.org, whose renewal fails, and new.org, which never got a certificate, have begun
// something. Merged into one MD they once kept the daemon from starting, and each reload failed.
TEST_CASE("an MD that inherits replaces what was begun under its own name") {
    LoopBench bench({managed({"a.org"})});
    bench.start();
    bench.pass(1min);
    REQUIRE(bench.held("a.org") == 1);
    for (const char* name : {"a.org", "new.org"})
        bench.store.values["staging/" + std::string(name) + "/job.json"] =
            R"({"name":")" + std::string(name) + R"(","errors":1})";
    bench.desired.domains = {managed({"new.org", "a.org"})};
    take_up_desired(bench, GENERATE(true, false));
    CHECK(bench.loop->observed().domains.count("a.org") == 0);
    bench.pass(1min);
    CHECK(bench.held("new.org") == 1);
    CHECK(bench.ca.orders() == 2);  // of both names
}

TEST_CASE("an MD that cannot be renamed in the store holds up no other") {
    LoopBench bench({managed({"a.org", "www.a.org"}), managed({"b.org"})});
    bench.start();
    bench.pass(1min);
    REQUIRE(held_by(bench) == 2);
    bench.desired.domains = {managed({"www.a.org", "a.org"}), managed({"b.org"}),
                             managed({"c.org"})};
    bench.store.fail_change(1);
    take_up_desired(bench, GENERATE(true, false));
    bench.pass(1min);
    CHECK(held_by(bench) == 3);
}

TEST_CASE("a reload that fails for the store leaves everything in it where it was") {
    LoopBench bench({managed({"a.org", "www.a.org"})});
    bench.start();
    bench.pass(1min);
    const auto before = bench.store.values;
    model::DesiredState renamed = bench.desired;
    renamed.domains = {managed({"www.a.org", "a.org"})};
    bench.store.versions_fail = true;
    bench.reload(renamed);
    CHECK_FALSE(bench.reloaded);
    CHECK(bench.store.values == before);
    CHECK(bench.loop->desired().domains.at(0).name() == "a.org");
}

// It waited a minute only, then a second attempt began beside the first, for the same names.
TEST_CASE("whoever has the names of an MD that is still driven waits until that has ended") {
    Scenario slow;
    slow.authorization_polls = 10;
    LoopBench bench({managed({"a.org", "www.a.org"})}, slow);
    bench.start();
    REQUIRE(bench.loop->is_running("a.org"));
    bench.desired.domains = {managed({"www.a.org", "a.org"})};
    bench.reload(bench.desired);
    REQUIRE(bench.reloaded);
    const bool requested = GENERATE(false, true);
    if (requested)
        bench.loop->request({"www.a.org"});
    for (int i = 0; i < 600 && bench.loop->is_running("a.org"); ++i) {
        CHECK_FALSE(bench.loop->is_running("www.a.org"));
        bench.pass(1s);
    }
    REQUIRE_FALSE(bench.loop->is_running("a.org"));
    CHECK(bench.held("www.a.org") == 1);
    bench.pass(5min);
    CHECK(bench.ca.orders() == (requested ? 2 : 1));
}

// What is obtained under the new name at this moment must not be renamed over.
TEST_CASE("an MD that is being driven inherits nothing meanwhile") {
    Scenario slow;
    slow.authorization_polls = 3;
    LoopBench bench({managed({"a.org"})});
    bench.start();
    bench.pass(1min);
    REQUIRE(bench.held("a.org") == 1);
    bench.ca.set_scenario(slow);
    bench.desired.domains = {managed({"a.org"}), managed({"new.org"})};
    bench.reload(bench.desired);
    REQUIRE(bench.loop->is_running("new.org"));
    bench.desired.domains = {managed({"new.org", "a.org"})};
    bench.reload(bench.desired);
    CHECK(bench.reloaded);
    CHECK(bench.store.values.contains("domains/a.org/md.json"));
    bench.pass(5min);
    CHECK(bench.held("new.org") == 1);
    CHECK(bench.store.values.contains("domains/a.org/md.json"));
}

}  // namespace md::drive

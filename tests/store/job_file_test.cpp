// SPDX-License-Identifier: Apache-2.0
// job.json in a store: who writes it, and what its log keeps.
#include "store/job_file.hpp"

#include "await.hpp"
#include "store/layout.hpp"
#include "support/catch.hpp"
#include "support/memory_store.hpp"

using namespace md;
using namespace md::store;
using namespace std::chrono_literals;
using md::test::await;
using model::sys_seconds;

namespace {

constexpr sys_seconds noon{1'795'444'097s};

LiveJob made_at(sys_seconds time) {
    LiveJob job;
    job.state.recorded = true;
    job.state.last_run = job.state.valid_from = time;
    return job;
}

model::Log live_log(test::MemoryStore& store) {
    return await(read_log(store, domain_key("a.org", job_file)));
}

}  // namespace

TEST_CASE("each write adds what is new to the log that stands in the file") {
    test::MemoryStore store;
    await(write_staged_job(store, "a.org", {}, {{noon, "starting", "", ""}}));
    await(write_staged_job(store, "a.org", {}, {}));
    await(write_staged_job(store, "a.org", {}, {{noon + 1s, "renewal-error", "", "no"}}));
    const auto log = await(read_log(store, staging_key("a.org", job_file)));
    REQUIRE(log.size() == 2);
    CHECK(log[0].type == "renewal-error");
    CHECK(log[1].type == "starting");
    CHECK(live_log(store).empty());
}

// A notification that ends while the next set goes live was once written into the record of that,
// which was then taken for one of which everybody was told.
TEST_CASE("what was told of one set is not written into the record of the next") {
    test::MemoryStore store;
    LiveJob former = made_at(noon);
    await(write_live_job(store, "a.org", former, {{noon, "finished", "", ""}}));
    former.delivery.notification.errors = 1;
    await(write_live_job(store, "a.org", former, {{noon, "notify-error", "", ""}}));
    CHECK(live_log(store).size() == 2);

    LiveJob fresh = made_at(noon + 1h);
    fresh.delivery.notification.owed = true;
    const std::string text = job_text("a.org", fresh);
    store.values[domain_key("a.org", job_file)] = text;
    await(write_live_job(store, "a.org", former, {{noon + 1h, "notified", "", ""}}));
    CHECK(store.values.at(domain_key("a.org", job_file)) == text);
}

TEST_CASE("a record that is absent, damaged or not readable is written anew") {
    test::MemoryStore store;
    const std::string key = domain_key("a.org", job_file);
    await(write_live_job(store, "a.org", made_at(noon), {}));
    CHECK(parse_live_job(store.values.at(key))->state.recorded);
    store.values[key] = "garbage";
    await(write_live_job(store, "a.org", made_at(noon), {{noon, "notified", "", ""}}));
    CHECK(live_log(store).size() == 1);
    store.closed = {"domains/a.org"};
    CHECK(live_log(store).empty());
    await(write_live_job(store, "a.org", made_at(noon + 1h), {{noon, "notified", "", ""}}));
    store.closed.clear();
    CHECK(live_log(store).size() == 1);
}

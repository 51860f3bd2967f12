// SPDX-License-Identifier: Apache-2.0
#include "model/job.hpp"

#include "model/mistake.hpp"
#include "model/observed_state.hpp"
#include "support/catch.hpp"

#include <string>

using namespace md::model;
using namespace std::chrono_literals;

TEST_CASE("failure classes have words, both ways") {
    for (auto failure_class :
         {FailureClass::passing, FailureClass::budget, FailureClass::permanent})
        CHECK(failure_class_named(word(failure_class)) == failure_class);
    for (const char* text : {"", "Passing", "permanent ", "unknown"})
        CHECK_FALSE(failure_class_named(text));
}

TEST_CASE("the log has the newest entry first and 128 at most") {
    Job job;
    for (int i = 0; i < 200; ++i) {
        job.log.add({sys_seconds{std::chrono::seconds{i}}, "progress", "", std::to_string(i)});
        REQUIRE(job.log.front().detail == std::to_string(i));
        REQUIRE(job.log.size() == static_cast<std::size_t>(std::min(i + 1, 128)));
    }
    CHECK(job.log.back().detail == "72");
    const JobLog two = {{{}, "notified", "", "b"}, {{}, "finished", "", "a"}};
    job.log.add(two);
    CHECK(job.log.entries()[0].detail == "b");
    CHECK(job.log.entries()[1].detail == "a");
    CHECK(job.log.entries()[2].detail == "199");
    CHECK(job.log.size() == 128);
}

TEST_CASE("a new job has failed nothing and told nobody") {
    const Job job;
    CHECK(job.errors == 0);
    CHECK_FALSE(job.finished);
    CHECK_FALSE(job.notified);
    CHECK_FALSE(job.message_owed);
    CHECK_FALSE(job.next_run);
    CHECK_FALSE(job.last_failure);
}

TEST_CASE("of an MD the store has nothing of, nothing is observed") {
    ObservedState state;
    state.domains["a.org"].damage = "torn";
    CHECK(state.of("a.org").damage == "torn");
    CHECK(state.of("b.org").certificates.empty());
    CHECK_FALSE(state.of("b.org").staged_job);
    CHECK(state.domains.size() == 1);
}

TEST_CASE("a mistake that nobody looked at is a broken invariant") {
    Checked<int> checked = Mistake{"it is wrong", "write it right"};
    CHECK_THROWS_AS(checked.value(), std::logic_error);
}

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

TEST_CASE("of the attempts that began the last 64 are known") {
    Job job;
    for (int i = 0; i < 100; ++i)
        job.begun(sys_seconds{std::chrono::seconds{i}});
    CHECK(job.last_run == sys_seconds{99s});
    CHECK(job.started.size() == 64);
    CHECK(job.started.front() == sys_seconds{36s});
    CHECK(job.started.back() == sys_seconds{99s});
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

// SPDX-License-Identifier: Apache-2.0
#include "model/observed_state.hpp"

#include "model/attempts.hpp"
#include "model/mistake.hpp"
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
    Attempts attempts;
    for (int i = 0; i < 100; ++i)
        attempts.begun(sys_seconds{std::chrono::seconds{i}});
    CHECK(attempts.last_run == sys_seconds{99s});
    CHECK(attempts.started.size() == 64);
    CHECK(attempts.started.front() == sys_seconds{36s});
    CHECK(attempts.started.back() == sys_seconds{99s});
}

TEST_CASE("of an MD the store has nothing of, nothing is observed") {
    ObservedState state;
    state.domains["a.org"].damage = "torn";
    CHECK(state.of("a.org").damage == "torn");
    CHECK(state.of("b.org").certificates.empty());
    CHECK_FALSE(state.of("b.org").attempts);
    CHECK_FALSE(state.of("b.org").state.recorded);
    CHECK(state.of("b.org").delivery == Shared<Delivery>());
    CHECK(state.domains.size() == 1);
}

TEST_CASE("a mistake that nobody looked at is a broken invariant") {
    Checked<int> checked = Mistake{"it is wrong", "write it right"};
    CHECK_THROWS_AS(checked.value(), std::logic_error);
}

// SPDX-License-Identifier: Apache-2.0
#include "schedule/aftermath.hpp"

#include "model/stage.hpp"
#include "support/catch.hpp"

#include <string>

using namespace md;
using namespace md::schedule;
using namespace std::chrono_literals;
using model::FailureClass;

namespace {

const sys_seconds now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 26}};

model::Attempts failed(unsigned errors, std::string_view stage, FailureClass failure_class,
                       std::string problem = "") {
    model::Attempts attempts;
    attempts.errors = errors;
    attempts.last_failure =
        model::Failure{std::string(stage), std::move(problem), "no", failure_class, now};
    return attempts;
}

// After which of the first hundred failures in a row another order is placed.
std::vector<unsigned> changes(FailureClass failure_class, const std::string& problem = "") {
    std::vector<unsigned> found;
    for (unsigned errors = 0; errors <= 100; ++errors)
        if (needs_another_order(failed(errors, model::stage::finalize, failure_class, problem)))
            found.push_back(errors);
    return found;
}

}  // namespace

TEST_CASE("an order is given up after three refusals, or forty times of trouble that passes") {
    CHECK_FALSE(needs_another_order({}));
    CHECK(changes(FailureClass::passing) == std::vector<unsigned>{40, 80});
    for (FailureClass refusal : {FailureClass::budget, FailureClass::permanent}) {
        CHECK(changes(refusal).front() == 3);
        CHECK(changes(refusal).size() == 33);
    }
    // A limit is no fault of the order, and another one would count as well.
    CHECK(changes(FailureClass::budget, "urn:ietf:params:acme:error:rateLimited") ==
          std::vector<unsigned>{40, 80});
}

TEST_CASE("no order is given up for an answer not understood, or a certificate not valid yet") {
    using model::FailureCause;
    for (FailureCause cause :
         {FailureCause::answer_not_understood, FailureCause::certificate_ahead})
        for (FailureClass failure_class : {FailureClass::passing, FailureClass::budget})
            for (unsigned errors = 1; errors <= 100; ++errors) {
                model::Attempts attempts = failed(errors, model::stage::certificate, failure_class);
                model::Failure failure = *attempts.last_failure;
                failure.cause = cause;
                attempts.last_failure = failure;
                CHECK_FALSE(needs_another_order(attempts));
            }
}

TEST_CASE("after a refused proof the next challenge type is tried first, in turns") {
    using model::stage::challenge;
    CHECK(first_challenge_type({}, 2) == 0);
    CHECK(first_challenge_type(failed(1, challenge, FailureClass::budget), 2) == 1);
    CHECK(first_challenge_type(failed(2, challenge, FailureClass::budget), 2) == 0);
    CHECK(first_challenge_type(failed(1, challenge, FailureClass::budget), 0) == 0);
    CHECK(first_challenge_type(failed(1, model::stage::finalize, FailureClass::budget), 2) == 0);
}

TEST_CASE("a limit of some names does not hold up the others, what concerns all does") {
    const auto until = now + 24h;
    auto left_alone = [&](std::string_view stage, FailureClass failure_class) {
        return ca_left_alone_until(*failed(1, stage, failure_class).last_failure, until);
    };
    CHECK(left_alone(model::stage::order, FailureClass::budget) == now + 15min);
    CHECK(left_alone(model::stage::order, FailureClass::passing) == until);
    CHECK(left_alone(model::stage::account, FailureClass::budget) == until);
}

// A name that does not resolve was "malformed" to a validator: the next attempt came after a day.
TEST_CASE("what failed is judged by its stage first, then by its type") {
    using namespace model::stage;
    const std::string acme = "urn:ietf:params:acme:error:";
    for (const char* word :
         {"malformed", "rejectedIdentifier", "badCSR", "unsupportedIdentifier"}) {
        INFO(word);
        for (std::string_view stage : {account, order, finalize})
            CHECK(class_at(stage, FailureClass::permanent, acme + word) == FailureClass::permanent);
        for (std::string_view stage : {authorization, challenge, certificate})
            CHECK(class_at(stage, FailureClass::permanent, acme + word) == FailureClass::budget);
    }
    for (FailureClass one : {FailureClass::passing, FailureClass::budget})
        for (std::string_view stage : {account, order, challenge, certificate})
            CHECK(class_at(stage, one, acme + "malformed") == one);
    for (const char* word : {"userActionRequired", "agreementRequired", "invalidContact"})
        CHECK(class_at(challenge, FailureClass::permanent, acme + word) == FailureClass::permanent);
}

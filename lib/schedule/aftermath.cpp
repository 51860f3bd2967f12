// SPDX-License-Identifier: Apache-2.0
#include "schedule/aftermath.hpp"

#include "model/stage.hpp"

#include <algorithm>
#include <array>

namespace md::schedule {
namespace {

using model::FailureClass;

constexpr unsigned most_troubles_of_an_order = 40;  // those that pass: a day and a half
constexpr unsigned most_refusals_of_an_order = 3;   // by the CA, or of its certificate by us: daily
constexpr std::chrono::minutes longest_hold_for_names{15};

// Another order would be misunderstood as well; and what is not valid yet will be.
bool is_no_fault_of_the_order(model::FailureCause cause) {
    return cause == model::FailureCause::answer_not_understood ||
           cause == model::FailureCause::certificate_ahead;
}

// Of the account, whatever was asked in its name (RFC 8555 §6.7).
constexpr std::array<std::string_view, 5> of_the_account = {
    ":agreementRequired", ":externalAccountRequired", ":invalidContact", ":unsupportedContact",
    ":userActionRequired"};

bool ends_with_one_of(std::string_view problem, const auto& words) {
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return problem.ends_with(word); });
}

}  // namespace

FailureClass class_at(std::string_view stage, FailureClass failure_class,
                      std::string_view problem) {
    bool may_be_permanent = stage == model::stage::account || stage == model::stage::order ||
                            stage == model::stage::finalize ||
                            ends_with_one_of(problem, of_the_account);
    return failure_class == FailureClass::permanent && !may_be_permanent ? FailureClass::budget
                                                                         : failure_class;
}

bool needs_another_order(const model::Attempts& attempts) {
    if (attempts.errors == 0 || !attempts.last_failure)
        return false;
    const model::Failure& failure = *attempts.last_failure;
    if (is_no_fault_of_the_order(failure.cause))
        return false;
    bool passes =
        failure.failure_class == FailureClass::passing || failure.problem.ends_with(":rateLimited");
    return attempts.errors % (passes ? most_troubles_of_an_order : most_refusals_of_an_order) == 0;
}

std::size_t first_challenge_type(const model::Attempts& attempts, std::size_t types) {
    bool was_proof =
        attempts.last_failure && attempts.last_failure->stage == model::stage::challenge;
    return was_proof && types > 0 ? attempts.errors % types : 0;
}

sys_seconds ca_left_alone_until(const model::Failure& failure, sys_seconds retry_after) {
    bool of_all =
        failure.stage == model::stage::account || failure.failure_class == FailureClass::passing;
    return of_all ? retry_after : std::min(retry_after, failure.at + longest_hold_for_names);
}

}  // namespace md::schedule

// SPDX-License-Identifier: Apache-2.0
#include "acme/validation.hpp"

#include "acme/proving.hpp"
#include "acme/trouble.hpp"

#include <utility>

namespace md::acme {
namespace {

using model::FailureClass;
using std::chrono::milliseconds;

constexpr std::chrono::minutes validation_patience{5};
constexpr std::chrono::seconds patience_with_trouble{15};
constexpr int most_early_looks = 8;  // strangers can look like validators

}  // namespace

Validation::Validation(base::asio::any_io_executor executor, Account& account, base::Clock& clock,
                       const std::vector<ChallengeSolver*>& solvers,
                       const std::vector<model::ChallengeType>& wanted)
    : account_(account),
      clock_(clock),
      solvers_(solvers),
      wanted_(wanted),
      watchers_(executor),
      asked_(executor) {}

base::Task<void> Validation::begin(std::vector<Authorization> authorizations) {
    std::vector<Question> questions;
    for (const Authorization& authorization : authorizations) {
        Question question = co_await answer(authorization);
        questions.push_back(std::move(question));
    }
    for (Question& question : questions)
        co_await start(std::move(question));
}

base::Task<Validation::Question> Validation::answer(Authorization authorization) {
    Proof proof = choose_proof(authorization, wanted_, solvers_);
    if (proof.challenge == nullptr)
        throw AcmeError(authorization.name + ": no challenge can be answered: " + proof.why_not,
                        FailureClass::budget);
    auto name = model::DomainName::parse(authorization.name);
    const std::string& token = proof.challenge->token;
    ChallengeToProve challenge{*name, token, token + "." + account_.thumbprint()};
    auto prepared = co_await proof.solver->prepare(std::move(challenge));
    std::size_t place = prepared_.size();
    prepared_.push_back(std::move(prepared));
    unseen_.insert(place);
    watchers_.start(watch(place), [](std::exception_ptr) {});
    co_return Question{proof.challenge->url, authorization.name + ": starting the " +
                                                 proof.challenge->type + " challenge"};
}

base::Task<void> Validation::start(Question question) {
    for (bool repeated = false;; repeated = true) {
        std::exception_ptr trouble;
        try {
            co_await account_.post(question.url, "{}", question.doing);
        } catch (...) {
            trouble = std::current_exception();
        }
        // Refused at a repetition: it was under way already, and what came of it the order says.
        const Trouble known = trouble ? trouble_of(trouble) : Trouble{};
        bool under_way = repeated && known.is_refusal && !known.passes;
        if (under_way)
            trouble = nullptr;
        co_await looked(trouble);
        if (!trouble)
            co_return;
    }
}

base::Task<void> Validation::watch(std::size_t place) {
    while (true) {
        co_await prepared_[place]->seen();
        unseen_.erase(place);
        if (unseen_.empty())
            asked_.wake();
    }
}

base::Task<void> Validation::validators_came() {
    co_await asked_.wait();
}

// Own eyes are faster than polling.
base::Task<void> Validation::pause(std::optional<sys_seconds> retry_after) {
    if (pace_.total() > validation_patience)
        throw AcmeError("the CA did not decide on the challenges within 5 minutes",
                        FailureClass::passing);
    milliseconds pause = pace_.next(retry_after, clock_.now());
    if (early_looks_ >= most_early_looks) {
        co_await clock_.wait(pause);
        co_return;
    }
    int first = co_await base::first_of(validators_came(), clock_.wait(pause));
    if (first != 0)
        co_return;
    ++early_looks_;
    pace_.cut_short();
}

base::Task<void> Validation::looked(std::exception_ptr trouble) {
    if (!trouble) {
        trouble_since_.reset();
        co_return;
    }
    sys_seconds now = clock_.now();
    sys_seconds end = trouble_since_.value_or(now) + patience_with_trouble;
    const Trouble known = trouble_of(trouble);
    if (now >= end || !known.passes || known.retry_after.value_or(now) > end)
        std::rethrow_exception(trouble);
    if (!trouble_since_) {
        trouble_since_ = now;
        trouble_pace_ = PollPace(std::chrono::seconds{1});
    }
    milliseconds pause = trouble_pace_.next(known.retry_after, now);
    co_await clock_.wait(pause);
}

base::Task<void> Validation::stop() {
    watchers_.cancel();
    co_await watchers_.join();
    prepared_.clear();
    unseen_.clear();
}

}  // namespace md::acme

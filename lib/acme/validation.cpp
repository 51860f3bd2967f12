// SPDX-License-Identifier: Apache-2.0
#include "acme/validation.hpp"

#include "acme/proving.hpp"
#include "acme/retry.hpp"
#include "base/log.hpp"
#include "http/transport.hpp"

#include <algorithm>
#include <utility>

namespace md::acme {
namespace {

using model::FailureClass;
using std::chrono::milliseconds;

constexpr std::chrono::minutes validation_patience{5};
constexpr std::chrono::seconds patience_with_trouble{15};
constexpr int most_early_looks = 8;        // strangers can look like validators
constexpr int most_misunderstandings = 2;  // in a row; one may be somebody else's on the way

bool is_misunderstood(std::exception_ptr trouble) {
    try {
        std::rethrow_exception(trouble);
    } catch (const ProtocolError&) {
        return true;
    } catch (...) {
        return false;
    }
}

}  // namespace

Validation::Validation(base::asio::any_io_executor executor, Account& account, base::Clock& clock,
                       const std::vector<ChallengeSolver*>& solvers,
                       const std::vector<model::ChallengeType>& wanted, std::string domain)
    : account_(account),
      clock_(clock),
      solvers_(solvers),
      wanted_(wanted),
      domain_(std::move(domain)),
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
    co_return Question{
        proof.challenge->url, authorization.url, authorization.name,
        authorization.name + ": starting the " + proof.challenge->type + " challenge"};
}

base::Task<void> Validation::start(Question question) {
    for (bool repeated = false;; repeated = true) {
        std::exception_ptr trouble;
        try {
            Purpose purpose(question.doing, domain_);
            co_await account_.post(question.url, "{}", std::move(purpose));
        } catch (...) {
            trouble = std::current_exception();
        }
        const Trouble known = trouble ? trouble_of(trouble) : Trouble{};
        bool refused = known.is_refusal && !known.passes;
        // At a repetition the CA may have been asked already: what came of it the order says. Else
        // what the CA says of the authorization decides, not the words of the refusal.
        bool under_way = refused && repeated;
        if (refused && !repeated)
            under_way = co_await has_moved(question);
        if (under_way) {
            log::info("challenge refused, and under way all the same",
                      log::kv("domain", question.name), log::kv("url", question.url.text()));
            trouble = nullptr;
        }
        co_await looked(trouble);
        if (!trouble)
            co_return;
    }
}

// Whether the CA has begun to validate, or is done. What cannot be read has not.
base::Task<bool> Validation::has_moved(const Question& question) {
    if (!question.authorization)
        co_return false;
    std::optional<Authorization> seen;
    try {
        Purpose purpose("fetching an authorization", domain_);
        Answer answer = co_await account_.post(*question.authorization, "", std::move(purpose));
        UrlRule rule = account_.client().url_rule().within(*question.authorization);
        seen = parse_authorization(answer.body, rule);
    } catch (const AcmeError& error) {
        log::debug("authorization not readable after a refusal", log::kv("domain", domain_),
                   log::kv("reason", error.what()));
    } catch (const http::TransportError& error) {
        log::debug("authorization not readable after a refusal", log::kv("domain", domain_),
                   log::kv("reason", error.what()));
    }
    if (!seen)
        co_return false;
    co_return seen->status == AuthorizationStatus::processing ||
        seen->status == AuthorizationStatus::valid ||
        seen->status == AuthorizationStatus::invalid ||
        std::any_of(seen->challenges.begin(), seen->challenges.end(),
                    [](const Challenge& one) { return one.status != ChallengeStatus::pending; });
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
        misunderstood_ = 0;
        co_return;
    }
    sys_seconds now = clock_.now();
    sys_seconds end = trouble_since_.value_or(now) + patience_with_trouble;
    const Trouble known = trouble_of(trouble);
    bool may_pass =
        known.passes || (is_misunderstood(trouble) && ++misunderstood_ <= most_misunderstandings);
    if (now >= end || !may_pass || known.retry_after.value_or(now) > end)
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

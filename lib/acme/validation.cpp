// SPDX-License-Identifier: Apache-2.0
#include "acme/validation.hpp"

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
constexpr int most_early_looks = 8;        // other clients can look like validators
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

base::Task<void> Validation::begin(std::vector<Authorization> authorizations) {
    std::vector<OpenChallenge> challenges;
    for (const Authorization& authorization : authorizations)
        challenges.push_back(open_challenge(authorization));
    co_await prepare(challenges);
    for (const OpenChallenge& challenge : challenges)
        co_await journal_.challenge_ready(challenge.solver->type(), challenge.to_prove.name);
    for (const OpenChallenge& challenge : challenges)
        co_await start(challenge);
}

Validation::OpenChallenge Validation::open_challenge(const Authorization& authorization) const {
    ChosenChallenge chosen = choose_challenge(authorization, wanted_, solvers_);
    if (chosen.challenge == nullptr)
        throw AcmeError(authorization.name + ": no challenge can be answered: " + chosen.why_not,
                        FailureClass::budget);
    const std::string& token = chosen.challenge->token;
    ChallengeToProve to_prove{*model::Identifier::parse(authorization.name), token,
                              token + "." + account_.thumbprint()};
    return {chosen.solver, std::move(to_prove), chosen.challenge->url, authorization.url};
}

base::Task<void> Validation::prepare(const std::vector<OpenChallenge>& challenges) {
    for (const auto& solver : solvers_) {
        std::vector<ChallengeToProve> its_own;
        for (const OpenChallenge& challenge : challenges)
            if (challenge.solver == solver.get())
                its_own.push_back(challenge.to_prove);
        if (!its_own.empty())
            co_await provisioning_.prepare(*solver, std::move(its_own));
    }
}

base::Task<void> Validation::start(const OpenChallenge& challenge) {
    const std::string& name = challenge.to_prove.name.text();
    const std::string doing =
        name + ": starting the " + std::string(wire_name(challenge.solver->type())) + " challenge";
    for (bool repeated = false;; repeated = true) {
        std::exception_ptr trouble;
        try {
            Purpose purpose(doing, domain_);
            co_await account_.post(challenge.url, "{}", std::move(purpose));
        } catch (...) {
            trouble = std::current_exception();
        }
        const Trouble known = trouble ? trouble_of(trouble) : Trouble{};
        bool refused = known.is_refusal && !known.passes;
        // At a repetition the CA may have been asked already: what came of it the order says. Else
        // what the CA says of the authorization decides, not the words of the refusal.
        bool under_way = refused && repeated;
        if (refused && !repeated)
            under_way = co_await has_moved(challenge);
        if (under_way) {
            log::info("challenge refused, and under way all the same", log::kv("domain", name),
                      log::kv("url", challenge.url.text()));
            trouble = nullptr;
        }
        co_await looked(trouble);
        if (!trouble)
            co_return;
    }
}

// Whether the CA has begun to validate, or is done. What cannot be read has not.
base::Task<bool> Validation::has_moved(const OpenChallenge& challenge) {
    if (!challenge.authorization)
        co_return false;
    std::optional<Authorization> seen;
    try {
        Purpose purpose("fetching an authorization", domain_);
        Answer answer = co_await account_.post(*challenge.authorization, "", std::move(purpose));
        UrlRule rule = account_.client().url_rule().within(*challenge.authorization);
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

// Own eyes are faster than polling.
base::Task<void> Validation::pause(std::optional<sys_seconds> retry_after) {
    if (pace_.total() > validation_patience)
        throw AcmeError("the CA did not decide on the challenges within 5 minutes",
                        FailureClass::passing);
    milliseconds pause = pace_.next(retry_after, clock_.now());
    if (early_looks_ >= most_early_looks || !provisioning_.has_begun()) {
        co_await clock_.wait(pause);
        co_return;
    }
    int first = co_await base::first_of(provisioning_.seen(), clock_.wait(pause));
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

}  // namespace md::acme

// SPDX-License-Identifier: Apache-2.0
#include "drive/messenger.hpp"

#include "base/log.hpp"

#include <utility>

namespace md::drive {
namespace {

class TellingSolver final : public acme::ChallengeSolver {
public:
    TellingSolver(acme::ChallengeSolver& solver, Messenger& messenger)
        : solver_(solver), messenger_(messenger) {}

    model::ChallengeType type() const override { return solver_.type(); }
    std::string obstacle() const override { return solver_.obstacle(); }

    base::Task<std::unique_ptr<acme::PreparedChallenge>> prepare(
        acme::ChallengeToProve challenge) override {
        std::string reason = notify::reason::challenge_setup(type(), challenge.name);
        auto prepared = co_await solver_.prepare(std::move(challenge));
        std::string why = co_await messenger_.tell(reason);
        if (!why.empty())
            throw base::Error("MDMessageCmd refused " + reason + ": " + why);
        co_return prepared;
    }

private:
    acme::ChallengeSolver& solver_;
    Messenger& messenger_;
};

}  // namespace

base::Task<std::string> Messenger::tell(std::string reason) {
    if (!speaks())
        co_return "";
    process::CommandOutcome outcome =
        co_await hooks_->run(notify::message_for(command_, reason, domain_));
    if (outcome.succeeded) {
        news_.push_back({clock_.now(), "message-" + reason, "", outcome.explanation()});
        log::info("MDMessageCmd told", log::kv("domain", domain_), log::kv("event", reason));
        co_return "";
    }
    news_.push_back({clock_.now(), "message-error", reason, outcome.explanation()});
    log::warn("MDMessageCmd failed", log::kv("domain", domain_), log::kv("event", reason),
              log::kv("reason", outcome.reason), log::kv("output", outcome.output));
    co_return outcome.summary();
}

std::vector<acme::ChallengeSolver*> Messenger::telling(
    const std::vector<acme::ChallengeSolver*>& solvers) {
    if (!speaks())
        return solvers;
    telling_.clear();
    std::vector<acme::ChallengeSolver*> result;
    for (acme::ChallengeSolver* solver : solvers) {
        telling_.push_back(std::make_unique<TellingSolver>(*solver, *this));
        result.push_back(telling_.back().get());
    }
    return result;
}

}  // namespace md::drive

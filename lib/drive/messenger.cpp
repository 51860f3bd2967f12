// SPDX-License-Identifier: Apache-2.0
#include "drive/messenger.hpp"

#include "base/log.hpp"

#include <utility>

namespace md::drive {
namespace {

class TellingSolver final : public acme::ChallengeSolver {
public:
    TellingSolver(acme::ChallengeSolver& solver, Messenger& messenger, model::Job& job)
        : solver_(solver), messenger_(messenger), job_(job) {}

    model::ChallengeType type() const override { return solver_.type(); }
    std::string obstacle() const override { return solver_.obstacle(); }

    base::Task<std::unique_ptr<acme::PreparedChallenge>> prepare(
        acme::ChallengeToProve challenge) override {
        std::string reason = notify::reason::challenge_setup(type(), challenge.name);
        auto prepared = co_await solver_.prepare(std::move(challenge));
        std::string why = co_await messenger_.tell(job_, reason);
        if (!why.empty())
            throw base::Error("MDMessageCmd refused " + reason + ": " + why);
        co_return prepared;
    }

private:
    acme::ChallengeSolver& solver_;
    Messenger& messenger_;
    model::Job& job_;
};

}  // namespace

base::Task<std::string> Messenger::tell(model::Job& job, std::string reason) {
    if (!speaks() || !notify::message_is_due(job, reason, clock_.now()))
        co_return "";
    process::CommandOutcome outcome =
        co_await hooks_->run(notify::message_for(command_, reason, job.name));
    if (outcome.succeeded) {
        job.log.add({clock_.now(), "message-" + reason, "", outcome.explanation()});
        log::info("MDMessageCmd told", log::kv("domain", job.name), log::kv("event", reason));
        co_return "";
    }
    const std::string words = outcome.explanation();
    job.log.add({clock_.now(), "message-error", reason, words});
    log::warn("MDMessageCmd failed", log::kv("domain", job.name), log::kv("event", reason),
              log::kv("reason", outcome.reason), log::kv("output", outcome.output));
    co_return words.substr(0, words.find('\n'));
}

std::vector<acme::ChallengeSolver*> Messenger::telling(
    const std::vector<acme::ChallengeSolver*>& solvers, model::Job& job) {
    if (!speaks())
        return solvers;
    telling_.clear();
    std::vector<acme::ChallengeSolver*> result;
    for (acme::ChallengeSolver* solver : solvers) {
        telling_.push_back(std::make_unique<TellingSolver>(*solver, *this, job));
        result.push_back(telling_.back().get());
    }
    return result;
}

}  // namespace md::drive

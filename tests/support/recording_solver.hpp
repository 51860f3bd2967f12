// SPDX-License-Identifier: Apache-2.0
// The fake challenge solver: writes down what it is asked to prove and what was withdrawn. Its
// challenges are seen at once, or never, as the test chooses.
#pragma once

#include "acme/challenge_solver.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace md::test {

class RecordingSolver final : public acme::ChallengeSolver {
public:
    enum class Seen { at_once, never };

    explicit RecordingSolver(model::ChallengeType type = model::ChallengeType::http_01,
                             Seen seen = Seen::at_once)
        : type_(type), seen_(seen) {}

    // What the tests look at and set.
    std::string why_not;        // the obstacle
    std::string prepare_fails;  // when not empty: prepare() throws base::Error with this text
    std::string fails_for;      // prepare() fails for this name alone
    unsigned more_visits = 0;   // of each challenge, one after the other
    const std::vector<acme::ChallengeToProve>& prepared() const { return record_->prepared; }
    // Tokens whose challenge is no longer answered, in the order they went.
    const std::vector<std::string>& withdrawn() const { return record_->withdrawn; }
    std::size_t standing() const { return record_->prepared.size() - record_->withdrawn.size(); }

    model::ChallengeType type() const override { return type_; }
    std::string obstacle() const override { return why_not; }

    base::Task<std::unique_ptr<acme::PreparedChallenge>> prepare(
        acme::ChallengeToProve challenge) override {
        if (!prepare_fails.empty())
            throw base::Error(prepare_fails);
        if (challenge.name.text() == fails_for)
            throw base::Error("it cannot be answered");
        std::string token = challenge.token;
        record_->prepared.push_back(std::move(challenge));
        co_return std::make_unique<Prepared>(record_, std::move(token), seen_, more_visits);
    }

private:
    struct Record {
        std::vector<acme::ChallengeToProve> prepared;
        std::vector<std::string> withdrawn;
    };

    class Prepared final : public acme::PreparedChallenge {
    public:
        Prepared(std::shared_ptr<Record> record, std::string token, Seen seen, unsigned more_visits)
            : record_(std::move(record)),
              token_(std::move(token)),
              seen_(seen),
              more_visits_(more_visits) {}
        ~Prepared() override { record_->withdrawn.push_back(token_); }

        base::Task<void> seen() override {
            // Once: a validator that came is seen, a second one never comes.
            if (seen_ == Seen::never && more_visits_ > 0) {
                --more_visits_;
                return visit();
            }
            return wait(std::exchange(seen_, Seen::never));
        }

    private:
        static base::Task<void> visit() {
            auto executor = co_await base::asio::this_coro::executor;
            co_await base::asio::post(executor, base::asio::use_awaitable);
        }
        static base::Task<void> wait(Seen seen) {
            if (seen == Seen::at_once)
                co_return;
            auto executor = co_await base::asio::this_coro::executor;
            base::asio::steady_timer never(executor);
            never.expires_at(std::chrono::steady_clock::time_point::max());
            co_await never.async_wait(base::asio::use_awaitable);
        }

        std::shared_ptr<Record> record_;
        std::string token_;
        Seen seen_;
        unsigned more_visits_;
    };

    model::ChallengeType type_;
    Seen seen_;
    std::shared_ptr<Record> record_ = std::make_shared<Record>();
};

}  // namespace md::test

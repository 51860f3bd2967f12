// SPDX-License-Identifier: Apache-2.0
// The fake challenge solvers of one type: they write down what they are asked to prove and what was
// withdrawn. Their challenges are seen at once, or never, as the test chooses; what they set up may
// outlive them, as records in the DNS do.
#pragma once

#include "acme/challenge_solver.hpp"

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace md::test {

class RecordingSolver {
public:
    enum class Seen { at_once, never };

    explicit RecordingSolver(model::ChallengeType type = model::ChallengeType::http_01,
                             Seen seen = Seen::at_once)
        : type_(type), seen_(seen) {}

    // One of them, which this outlives.
    std::unique_ptr<acme::ChallengeSolver> solver() { return std::make_unique<Solver>(*this); }

    // What the tests look at and set.
    std::string why_not;           // the obstacle
    std::string fails_for;         // preparing fails for this name, after those before it
    std::string withdrawal_fails;  // when not empty: withdrawing throws base::Error with this text
    unsigned more_visits = 0;      // of validators, one after the other
    bool outlives = false;         // what is set up is journalled, and stands in `records`
    std::set<std::string> records;
    std::vector<std::string> calls;     // "prepare a.org www.a.org", "withdraw", "withdraw left"
    std::function<void()> on_prepare;   // before anything is set up
    std::function<void()> on_prepared;  // all is set up
    const std::vector<acme::ChallengeToProve>& prepared() const { return prepared_; }
    std::size_t standing() const { return standing_; }

private:
    class Solver final : public acme::ChallengeSolver {
    public:
        explicit Solver(RecordingSolver& all)
            : all_(all), seen_(all.seen_), more_visits_(all.more_visits) {}
        ~Solver() override { all_.standing_ -= standing_.size(); }

        model::ChallengeType type() const override { return all_.type_; }
        std::string reason_not_ready() const override { return all_.why_not; }
        std::vector<std::string> setups(
            const std::vector<acme::ChallengeToProve>& challenges) const override {
            std::vector<std::string> setups;
            for (const acme::ChallengeToProve& challenge : challenges)
                if (all_.outlives)
                    setups.push_back(record_of(challenge));
            return setups;
        }
        base::Task<void> prepare_all(std::vector<acme::ChallengeToProve> challenges) override {
            std::string call = "prepare";
            for (const acme::ChallengeToProve& challenge : challenges)
                call += " " + challenge.name.text();
            all_.calls.push_back(std::move(call));
            if (all_.on_prepare)
                all_.on_prepare();
            for (acme::ChallengeToProve& challenge : challenges) {
                co_await turn();
                prepare(std::move(challenge));
            }
            if (all_.on_prepared)
                all_.on_prepared();
        }
        base::Task<void> seen() override {
            // Once: a validator that came is seen, a second one never comes.
            if (seen_ == Seen::never && more_visits_ > 0) {
                --more_visits_;
                return turn();
            }
            return wait(std::exchange(seen_, Seen::never));
        }
        base::Task<void> withdraw() override {
            all_.calls.emplace_back("withdraw");
            co_await turn();
            co_await turn();
            if (!all_.withdrawal_fails.empty())
                throw base::Error(all_.withdrawal_fails);
            for (const std::string& record : standing_)
                all_.records.erase(record);
            all_.standing_ -= standing_.size();
            standing_.clear();
        }
        base::Task<void> withdraw_left(std::vector<std::string> setups) override {
            all_.calls.emplace_back("withdraw left");
            co_await turn();
            if (!all_.withdrawal_fails.empty())
                throw base::Error(all_.withdrawal_fails);
            for (const std::string& record : setups)
                all_.records.erase(record);
        }

    private:
        static std::string record_of(const acme::ChallengeToProve& challenge) {
            return challenge.name.text() + " " + challenge.token;
        }
        void prepare(acme::ChallengeToProve challenge) {
            if (challenge.name.text() == all_.fails_for)
                throw base::Error("it cannot be answered");
            standing_.push_back(record_of(challenge));
            ++all_.standing_;
            if (all_.outlives)
                all_.records.insert(record_of(challenge));
            all_.prepared_.push_back(std::move(challenge));
        }
        static base::Task<void> turn() {
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

        RecordingSolver& all_;
        Seen seen_;
        unsigned more_visits_;
        std::vector<std::string> standing_;
    };

    model::ChallengeType type_;
    Seen seen_;
    std::vector<acme::ChallengeToProve> prepared_;
    std::size_t standing_ = 0;
};

}  // namespace md::test

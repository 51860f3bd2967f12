// SPDX-License-Identifier: Apache-2.0
#include "challenge/board_solver.hpp"

#include "challenge/validation_watch.hpp"

#include <utility>

namespace md::challenge {
namespace {

// Removed when it is destroyed, and watched meanwhile.
class PublishedChallenge final : public acme::PreparedChallenge {
public:
    PublishedChallenge(std::shared_ptr<ValidationWatch> watch, ChallengeBoard& board,
                       ChallengeBoard::Handle handle)
        : watch_(std::move(watch)), board_(board), handle_(std::move(handle)) {}
    ~PublishedChallenge() override {
        board_.remove(handle_);
        watch_->end();
    }
    PublishedChallenge(const PublishedChallenge&) = delete;
    PublishedChallenge& operator=(const PublishedChallenge&) = delete;

    base::Task<void> seen() override { return ValidationWatch::quiet(watch_); }

private:
    std::shared_ptr<ValidationWatch> watch_;
    ChallengeBoard& board_;
    ChallengeBoard::Handle handle_;
};

}  // namespace

BoardSolver::BoardSolver(base::asio::any_io_executor executor, ChallengeBoard& board,
                         model::ChallengeType type, std::function<std::string()> obstacle)
    : executor_(std::move(executor)), board_(board), type_(type), obstacle_(std::move(obstacle)) {}

base::Task<std::unique_ptr<acme::PreparedChallenge>> BoardSolver::prepare(
    acme::ChallengeToProve challenge) {
    auto watch = ValidationWatch::start(executor_);
    PublishedAnswer published{std::move(challenge.key_authorization), [watch] { watch->note(); }};
    auto handle = type_ == model::ChallengeType::http_01
                      ? board_.publish_http(std::move(challenge.token), std::move(published))
                      : board_.publish_tls(challenge.name.text(), std::move(published));
    co_return std::make_unique<PublishedChallenge>(std::move(watch), board_, std::move(handle));
}

}  // namespace md::challenge

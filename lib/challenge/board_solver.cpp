// SPDX-License-Identifier: Apache-2.0
#include "challenge/board_solver.hpp"

#include <utility>

namespace md::challenge {

BoardSolver::BoardSolver(base::asio::any_io_executor executor, ChallengeBoard& board,
                         model::ChallengeType type, std::string obstacle)
    : executor_(std::move(executor)),
      board_(board),
      type_(type),
      obstacle_(std::move(obstacle)),
      watch_(ValidationWatch::start(executor_)) {}

base::Task<void> BoardSolver::prepare_all(std::vector<acme::ChallengeToProve> challenges) {
    for (acme::ChallengeToProve& challenge : challenges)
        publish(std::move(challenge));
    co_return;
}

void BoardSolver::publish(acme::ChallengeToProve challenge) {
    PublishedAnswer answer{std::move(challenge.key_authorization),
                           watch_->receipt(watch_->expect())};
    published_.push_back(type_ == model::ChallengeType::http_01
                             ? board_.publish_http(std::move(challenge.token), std::move(answer))
                             : board_.publish_tls(challenge.name.server_name(), std::move(answer)));
}

base::Task<void> BoardSolver::withdraw() {
    remove_all();
    watch_ = ValidationWatch::start(executor_);
    co_return;
}

void BoardSolver::remove_all() {
    for (const ChallengeBoard::Handle& handle : published_)
        board_.remove(handle);
    published_.clear();
}

}  // namespace md::challenge

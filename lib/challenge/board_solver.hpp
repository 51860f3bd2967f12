// SPDX-License-Identifier: Apache-2.0
// http-01 (RFC 8555 §8.3) and tls-alpn-01 (RFC 8737): publishes the key authorizations on the
// board, under token or name; the responder shows them on port 80 or 443. Nothing outlives it.
#pragma once

#include "acme/challenge_solver.hpp"
#include "challenge/challenge_board.hpp"
#include "challenge/validation_watch.hpp"

#include <memory>
#include <string>
#include <vector>

namespace md::challenge {

class BoardSolver final : public acme::ChallengeSolver {
public:
    // Of one of the two types. The board outlives the solver. `obstacle`: why it cannot be answered
    // at present; "" = it can.
    BoardSolver(base::asio::any_io_executor executor, ChallengeBoard& board,
                model::ChallengeType type, std::string obstacle);
    BoardSolver(const BoardSolver&) = delete;
    BoardSolver& operator=(const BoardSolver&) = delete;
    ~BoardSolver() override { remove_all(); }

    model::ChallengeType type() const override { return type_; }
    std::string reason_not_ready() const override { return obstacle_; }
    base::Task<void> prepare_all(std::vector<acme::ChallengeToProve> challenges) override;
    base::Task<void> seen() override { return ValidationWatch::quiet(watch_); }
    base::Task<void> withdraw() override;

private:
    void publish(acme::ChallengeToProve challenge);
    void remove_all();

    base::asio::any_io_executor executor_;
    ChallengeBoard& board_;
    model::ChallengeType type_;
    std::string obstacle_;
    std::vector<ChallengeBoard::Handle> published_;
    std::shared_ptr<ValidationWatch> watch_;
};

}  // namespace md::challenge

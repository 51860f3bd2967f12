// SPDX-License-Identifier: Apache-2.0
// http-01 (RFC 8555 §8.3) and tls-alpn-01 (RFC 8737): publishes the key authorization on the
// board, under its token or its name; the responder shows it on port 80 or 443.
#pragma once

#include "acme/challenge_solver.hpp"
#include "challenge/challenge_board.hpp"

#include <functional>
#include <memory>
#include <string>

namespace md::challenge {

class BoardSolver final : public acme::ChallengeSolver {
public:
    // Of one of the two types. The board outlives the solver and all it prepared.
    BoardSolver(base::asio::any_io_executor executor, ChallengeBoard& board,
                model::ChallengeType type, std::function<std::string()> obstacle);

    model::ChallengeType type() const override { return type_; }
    std::string obstacle() const override { return obstacle_(); }
    base::Task<std::unique_ptr<acme::PreparedChallenge>> prepare(
        acme::ChallengeToProve challenge) override;

private:
    base::asio::any_io_executor executor_;
    ChallengeBoard& board_;
    model::ChallengeType type_;
    std::function<std::string()> obstacle_;
};

}  // namespace md::challenge

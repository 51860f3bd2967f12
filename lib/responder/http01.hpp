// SPDX-License-Identifier: Apache-2.0
// http-01 (RFC 8555 §8.3): the key authorization under its token on port 80.
// It only posts on the board; the listener shows it.
#pragma once

#include "acme/challenge_solver.hpp"
#include "responder/challenge_board.hpp"

#include <functional>
#include <memory>
#include <string>

namespace md::responder {

class Http01 final : public acme::ChallengeSolver {
public:
    // The board outlives the solver and all it prepared.
    Http01(base::asio::any_io_executor executor, ChallengeBoard& board,
           std::function<std::string()> obstacle);

    model::ChallengeType type() const override { return model::ChallengeType::http_01; }
    std::string obstacle() const override { return obstacle_(); }
    base::Task<std::unique_ptr<acme::PreparedChallenge>> prepare(
        acme::ChallengeToProve challenge) override;

private:
    base::asio::any_io_executor executor_;
    ChallengeBoard& board_;
    std::function<std::string()> obstacle_;
};

}  // namespace md::responder

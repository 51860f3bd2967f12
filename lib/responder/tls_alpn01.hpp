// SPDX-License-Identifier: Apache-2.0
// tls-alpn-01 (RFC 8737): a certificate for the name on port 443, shown to validators alone.
// It only posts on the board; the listener shows it.
#pragma once

#include "acme/challenge_solver.hpp"
#include "responder/challenge_board.hpp"

#include <functional>
#include <memory>
#include <string>

namespace md::responder {

class TlsAlpn01 final : public acme::ChallengeSolver {
public:
    // The board outlives the solver and all it prepared.
    TlsAlpn01(base::asio::any_io_executor executor, ChallengeBoard& board,
              std::function<std::string()> obstacle);

    model::ChallengeType type() const override { return model::ChallengeType::tls_alpn_01; }
    std::string obstacle() const override { return obstacle_(); }
    base::Task<std::unique_ptr<acme::PreparedChallenge>> prepare(
        acme::ChallengeToProve challenge) override;

private:
    base::asio::any_io_executor executor_;
    ChallengeBoard& board_;
    std::function<std::string()> obstacle_;
};

}  // namespace md::responder

// SPDX-License-Identifier: Apache-2.0
// Which of an authorization's challenges is answered, and by whom (RFC 8555 §7.5, §8). Pure.
#pragma once

#include "acme/challenge_solver.hpp"
#include "acme/messages.hpp"

#include <string>
#include <vector>

namespace md::acme {

struct ChosenChallenge {
    const Challenge* challenge = nullptr;
    ChallengeSolver* solver = nullptr;
    std::string why_not;  // with null: each type wanted and what stands in its way
};

// The first wanted type that the CA offers and a solver can work.
ChosenChallenge choose_challenge(const Authorization& authorization,
                                 const std::vector<model::ChallengeType>& wanted,
                                 const Solvers& solvers);

// Why no wanted type can work at all, whatever the CA offers; "" when one can. Asked before an
// order is placed, so that a closed port costs nothing at the CA.
std::string proving_obstacle(const std::vector<model::Identifier>& names,
                             const std::vector<model::ChallengeType>& wanted,
                             const Solvers& solvers);

}  // namespace md::acme

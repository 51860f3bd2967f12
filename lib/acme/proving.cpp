// SPDX-License-Identifier: Apache-2.0
#include "acme/proving.hpp"

#include <algorithm>

namespace md::acme {
namespace {

using model::ChallengeType;

ChallengeSolver* solver_for(ChallengeType type, const Solvers& solvers) {
    for (const auto& solver : solvers)
        if (solver->type() == type)
            return solver.get();
    return nullptr;
}

// What stands in the way of a type on our side, or "".
std::string reason_not_ready(ChallengeType type, const Solvers& solvers) {
    ChallengeSolver* solver = solver_for(type, solvers);
    return solver ? solver->reason_not_ready() : "mdcertd cannot answer it";
}

void add_reason(std::string& reasons, ChallengeType type, const std::string& reason) {
    reasons += (reasons.empty() ? "" : "; ") + std::string(wire_name(type)) + ": " + reason;
}

}  // namespace

ChosenChallenge choose_challenge(const Authorization& authorization,
                                 const std::vector<ChallengeType>& wanted, const Solvers& solvers) {
    ChosenChallenge chosen;
    for (ChallengeType type : wanted) {
        auto offered = std::find_if(
            authorization.challenges.begin(), authorization.challenges.end(),
            [&](const Challenge& challenge) { return challenge.type == wire_name(type); });
        std::string reason = reason_not_ready(type, solvers);
        if (offered == authorization.challenges.end())
            add_reason(chosen.why_not, type, "the CA does not offer it");
        else if (!reason.empty())
            add_reason(chosen.why_not, type, reason);
        else
            return {&*offered, solver_for(type, solvers), {}};
    }
    return chosen;
}

std::string proving_obstacle(const std::vector<model::Identifier>& names,
                             const std::vector<ChallengeType>& wanted, const Solvers& solvers) {
    std::string reasons;
    bool wildcard = std::any_of(names.begin(), names.end(),
                                [](const model::Identifier& name) { return name.is_wildcard(); });
    for (ChallengeType type : wanted) {
        std::string reason = reason_not_ready(type, solvers);
        // RFC 8555 §7.1.3 and every CA: a wildcard is proved by DNS alone.
        if (reason.empty() && wildcard && type != ChallengeType::dns_01)
            reason = "a wildcard name can only be proved by dns-01";
        if (reason.empty())
            return {};
        add_reason(reasons, type, reason);
    }
    return reasons;
}

}  // namespace md::acme

// SPDX-License-Identifier: Apache-2.0
// The answers to an order's challenges, from their set-up to their withdrawal: what would outlive
// this process is journalled before it is set up, until it is withdrawn.
#pragma once

#include "acme/challenge_solver.hpp"
#include "acme/issue_journal.hpp"

#include <string>
#include <utility>
#include <vector>

namespace md::acme {

class Provisioning {
public:
    // The journal outlives this. The MD's name is for the log.
    Provisioning(IssueJournal& journal, std::string domain)
        : journal_(journal), domain_(std::move(domain)) {}

    // All that one solver is to answer, at once. The solver outlives this. Throws base::Error.
    base::Task<void> prepare(ChallengeSolver& solver, std::vector<ChallengeToProve> challenges);
    bool has_begun() const { return !begun_.empty(); }
    // Resumes when all of the solvers have seen validators.
    base::Task<void> seen();
    // Awaits every solver that has begun. What cannot be withdrawn is logged, and stays in the
    // journal for the next attempt.
    base::Task<void> withdraw();
    // What a former attempt set up and did not withdraw, because it was killed: before its order is
    // dropped.
    base::Task<void> withdraw_left(const Solvers& solvers);

private:
    using Setups = std::vector<std::string>;  // as they are in the journal

    base::Task<void> conclude(base::Task<void> withdrawal, model::ChallengeType type,
                              Setups setups);
    base::Task<void> add(const Setups& setups);
    base::Task<void> forget(const Setups& setups);

    // One at most of each solver.
    struct Begun {
        ChallengeSolver* solver;
        Setups setups;
    };
    IssueJournal& journal_;
    std::string domain_;
    std::vector<Begun> begun_;
};

}  // namespace md::acme

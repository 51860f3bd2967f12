// SPDX-License-Identifier: Apache-2.0
// How the challenges of an order are answered, seen from the ACME side. Real:
// challenge/board_solver (and a command for dns-01 later). In tests:
// tests/support/recording_solver.hpp.
#pragma once

#include "base/task.hpp"
#include "model/identifier.hpp"
#include "model/settings.hpp"

#include <memory>
#include <string>
#include <vector>

namespace md::acme {

struct ChallengeToProve {
    model::Identifier name;
    std::string token;              // base64url, bounded, checked
    std::string key_authorization;  // token "." thumbprint (RFC 8555 §8.1)
};

// Made for one MD by its settings. What prepare_all() puts in place stands until withdraw().
class ChallengeSolver {
public:
    virtual ~ChallengeSolver() = default;
    virtual model::ChallengeType type() const = 0;
    // "" when it can work now, or why not ("port 80 could not be bound: Address already in use").
    virtual std::string reason_not_ready() const = 0;

    // What prepare_all() would leave behind if this process were killed, each in the words that
    // withdraw_left() of a later process understands ("NAME TXT"). It is journalled before it
    // happens.
    virtual std::vector<std::string> setups(const std::vector<ChallengeToProve>&) const {
        return {};
    }
    // Resumes when every answer is in place, before the CA is told. Throws base::Error. After that,
    // and after a cancellation, withdraw() is called as well.
    virtual base::Task<void> prepare_all(std::vector<ChallengeToProve> challenges) = 0;
    // Resumes when validators of the CA came for each of them, at a further call for any of them,
    // and all was quiet for a moment: own eyes are faster than polling. May never resume; the
    // caller races it with a timer and cancels it. One waiter at a time.
    virtual base::Task<void> seen() = 0;
    // RFC 8555 §8.3, "the client SHOULD de-provision": all that was prepared. It is awaited
    // whatever became of the order, in a cancelled attempt too. Throws base::Error where something
    // stays.
    virtual base::Task<void> withdraw() = 0;
    // What another process set up and was killed before it withdrew it, or some of it: what is gone
    // already is no error. Throws base::Error where something stays.
    virtual base::Task<void> withdraw_left(std::vector<std::string>) { co_return; }
};

using Solvers = std::vector<std::unique_ptr<ChallengeSolver>>;

}  // namespace md::acme

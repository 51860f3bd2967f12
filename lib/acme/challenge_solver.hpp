// SPDX-License-Identifier: Apache-2.0
// How a challenge is answered, seen from the ACME side. Real: challenge/board_solver (and a
// command for dns-01 later). In tests: tests/support/recording_solver.hpp.
#pragma once

#include "base/task.hpp"
#include "model/domain_name.hpp"
#include "model/settings.hpp"

#include <memory>
#include <string>

namespace md::acme {

// A challenge that is being answered; destroying it stops the answer (the scope guard of RFC 8555
// §8.3: "the client SHOULD de-provision").
class PreparedChallenge {
public:
    virtual ~PreparedChallenge() = default;
    // Resumes when a validator of the CA came since the last call and all was quiet for a moment:
    // own eyes are faster than polling. May never resume; the caller races it with a timer and
    // cancels it. One waiter at a time.
    virtual base::Task<void> seen() = 0;
};

struct ChallengeToProve {
    model::DomainName name;
    std::string token;              // base64url, bounded, checked
    std::string key_authorization;  // token "." thumbprint (RFC 8555 §8.1)
};

class ChallengeSolver {
public:
    virtual ~ChallengeSolver() = default;
    virtual model::ChallengeType type() const = 0;
    // "" when it can work now, or why not ("port 80 could not be bound: Address already in use").
    virtual std::string obstacle() const = 0;
    // Resumes when the answer is in place, before the CA is told. Throws base::Error.
    virtual base::Task<std::unique_ptr<PreparedChallenge>> prepare(ChallengeToProve challenge) = 0;
};

}  // namespace md::acme

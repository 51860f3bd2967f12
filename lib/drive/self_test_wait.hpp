// SPDX-License-Identifier: Apache-2.0
// Before a CA comes for the first time, the daemon asks itself: a web server in front that was told
// of /.well-known/acme-challenge/ a moment ago may not have taken that up yet, and an attempt that
// fails for it costs the CA's budget. Never a gate: after a while the CA is asked all the same.
#pragma once

#include "base/task.hpp"
#include "challenge/challenge_board.hpp"
#include "drive/preflight.hpp"
#include "model/identifier.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace md::drive {

struct SelfTestLimits {
    std::uint16_t port = 80;
    std::chrono::milliseconds longest{5'000};  // for all names together
    std::chrono::milliseconds between{200};    // two questions
};

// Whether all addresses of the name are this machine's: only then its view is the CA's.
base::Task<bool> leads_here(model::Identifier name);

// Resumes when the proof came back through the port of each name that leads here, or after the
// limit. What kept it from coming back, with the name; "" when nothing did, or no name leads here.
base::Task<std::string> self_test_passed(std::vector<model::Identifier> names, SelfTestToken proof,
                                         SelfTestLimits limits = {});

// The same with a proof of its own on the board; what kept it from coming back is logged.
base::Task<void> await_own_answer(challenge::ChallengeBoard& board, std::string domain,
                                  std::vector<model::Identifier> names);

}  // namespace md::drive

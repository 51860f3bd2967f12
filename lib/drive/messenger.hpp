// SPDX-License-Identifier: Apache-2.0
// Runs MDMessageCmd for the events of one MD, and notes for its log that it was told.
#pragma once

#include "acme/challenge_solver.hpp"
#include "base/clock.hpp"
#include "notify/messages.hpp"
#include "process/command_runner.hpp"
#include "store/records.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace md::drive {

class Messenger {
public:
    // No hooks or an empty command: nobody is told, and every call succeeds. What is told is added
    // to `news`, which outlives this.
    Messenger(process::Commands* hooks, base::Clock& clock,
              std::vector<std::string> message_command, std::string domain, store::News& news)
        : hooks_(hooks),
          clock_(clock),
          command_(std::move(message_command)),
          domain_(std::move(domain)),
          news_(news) {}

    bool speaks() const { return hooks_ != nullptr && !command_.empty(); }

    // "" when it was told; else why the command failed, in one line.
    base::Task<std::string> tell(std::string reason);

    // The solvers as they are, but each challenge is told of once it is in place; where that fails,
    // so does the challenge. They live as long as this.
    std::vector<acme::ChallengeSolver*> telling(const std::vector<acme::ChallengeSolver*>& solvers);

private:
    process::Commands* hooks_;
    base::Clock& clock_;
    std::vector<std::string> command_;
    std::string domain_;
    store::News& news_;
    std::vector<std::unique_ptr<acme::ChallengeSolver>> telling_;
};

}  // namespace md::drive

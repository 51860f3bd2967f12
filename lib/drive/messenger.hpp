// SPDX-License-Identifier: Apache-2.0
// Runs MDMessageCmd for an event and keeps in the job's log that it was told.
#pragma once

#include "acme/challenge_solver.hpp"
#include "base/clock.hpp"
#include "model/job.hpp"
#include "notify/messages.hpp"
#include "process/command_runner.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace md::drive {

class Messenger {
public:
    // No hooks or an empty command: nobody is told, and every call succeeds.
    Messenger(process::Commands* hooks, base::Clock& clock,
              std::vector<std::string> message_command)
        : hooks_(hooks), clock_(clock), command_(std::move(message_command)) {}

    bool speaks() const { return hooks_ != nullptr && !command_.empty(); }

    // "" when it was told, or need not be told again so soon; else why the command failed, which is
    // in the job's log and in ours.
    base::Task<std::string> tell(model::Job& job, std::string reason);

    // The solvers as they are, but each challenge is told of once it is in place; where that fails,
    // so does the challenge. They live as long as this and the job.
    std::vector<acme::ChallengeSolver*> telling(const std::vector<acme::ChallengeSolver*>& solvers,
                                                model::Job& job);

private:
    process::Commands* hooks_;
    base::Clock& clock_;
    std::vector<std::string> command_;
    std::vector<std::unique_ptr<acme::ChallengeSolver>> telling_;
};

}  // namespace md::drive

// SPDX-License-Identifier: Apache-2.0
// What `once` and `renew` without a daemon share: drive, then say what failed.
#pragma once

#include "commands/commands.hpp"
#include "model/desired_state.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace md::commands {

// Drives what is due and these in any case, by any of their names. Returns the exit code. `command`
// is what others are told who meet it at the store.
int drive_and_report(const CommandLine& line, const std::string& command,
                     const std::vector<std::string>& requested);

// Says what came of the renewals that were asked for: what failed on stderr. True when nothing did.
bool say_outcome(const nlohmann::json& status);

// Throws base::Error for one that is stopped or static: nothing drives it, whoever asks.
void refuse_undriven(const model::DesiredState& desired, const std::vector<std::string>& names);

}  // namespace md::commands

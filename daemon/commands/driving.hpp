// SPDX-License-Identifier: Apache-2.0
// What `once` and `renew` without a daemon share: drive, then say what failed.
#pragma once

#include "commands/commands.hpp"

#include <string>
#include <vector>

namespace md::commands {

// Drives what is due and these names in any case. Returns the exit code.
int drive_and_report(const CommandLine& line, const std::vector<std::string>& requested);

// On stderr: these were left for later, as the CA's order rate is used up.
void say_who_waits(const std::vector<std::string>& names);

}  // namespace md::commands

// SPDX-License-Identifier: Apache-2.0
// The part of `check --online` that asks the world.
#pragma once

#include "commands/commands.hpp"
#include "config/config.hpp"

namespace md::commands {

// Looks at what the configuration comes to in the world and prints what it finds, as it finds it.
// Advice, never a verdict. Throws base::Error for a name on the command line that no MD has.
void look_online(const config::Loaded& loaded, const CommandLine& line);

}  // namespace md::commands

// SPDX-License-Identifier: Apache-2.0
// The configuration as the commands load it: from the disk, with the process's environment.
#pragma once

#include "base/error.hpp"
#include "commands/commands.hpp"
#include "config/config.hpp"

namespace md {

// The configuration is to blame: nothing is gained by another try before somebody mends it.
class Misconfigured : public base::Error {
public:
    using base::Error::Error;
};

config::Loaded load_configuration(const commands::CommandLine& line);

// Prints all errors and warnings to stderr.
void print_diagnostics(const config::Loaded& loaded);
// Its warnings, to the log: who drives by it does not run `check` each time.
void log_warnings(const config::Loaded& loaded);

// For commands that need a sound configuration: prints what is wrong and throws Misconfigured
// when it is not sound.
config::Loaded require_configuration(const commands::CommandLine& line);
void require_sound(const config::Loaded& loaded, const commands::CommandLine& line);

}  // namespace md

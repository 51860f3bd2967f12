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

// "/var/lib/mdcertd/md, as user mdcertd": where the store is, and as whom this process works with
// it once it has given up root.
std::string place_of_store(const model::ServerSettings& server);
// The first line of the log, whatever LogLevel says: a store in the wrong place is ordered anew.
void log_place(const std::string& place, model::LogLevel level);

// For commands that need a sound configuration: prints what is wrong and throws Misconfigured
// when it is not sound.
config::Loaded require_configuration(const commands::CommandLine& line);
void require_sound(const config::Loaded& loaded, const commands::CommandLine& line);

}  // namespace md

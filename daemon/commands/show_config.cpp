// SPDX-License-Identifier: Apache-2.0
// mdcertd show-config: every setting in force with the line that gave it, as configuration or as
// JSON. A configuration with errors is not shown.
#include "commands/commands.hpp"
#include "configuration.hpp"

#include <iostream>

namespace md::commands {

int show_config(const CommandLine& line) {
    config::Loaded loaded = require_configuration(line);
    std::cout << (line.json ? config::show_config_json(loaded) : config::show_config_text(loaded));
    return 0;
}

}  // namespace md::commands

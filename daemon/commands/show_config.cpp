// SPDX-License-Identifier: Apache-2.0
// mdcertd show-config: every setting in force with the line that gave it, as configuration or as
// JSON. A configuration with errors is not shown.
#include "commands/commands.hpp"
#include "config/config.hpp"
#include "config/disk_source.hpp"

#include <cstdlib>
#include <iostream>

namespace md::commands {

int show_config(const CommandLine& line) {
    auto variable = [](std::string_view name) -> std::optional<std::string> {
        const char* value = std::getenv(std::string(name).c_str());
        return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
    };
    config::Loaded loaded =
        config::load(line.config_file, config::DiskSource{}, {variable, line.defines});
    if (!loaded.ok()) {
        for (const config::Diagnostic& diagnostic : loaded.diagnostics)
            std::cerr << config::render(diagnostic);
        return 1;
    }
    std::cout << (line.json ? config::show_config_json(loaded) : config::show_config_text(loaded));
    return 0;
}

}  // namespace md::commands

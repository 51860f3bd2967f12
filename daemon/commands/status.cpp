// SPDX-License-Identifier: Apache-2.0
// `mdcertd status`: from the running daemon, or read from the store when none runs.
#include "admin/status.hpp"

#include "ask.hpp"
#include "base/clock.hpp"
#include "commands/commands.hpp"
#include "configuration.hpp"
#include "stored_state.hpp"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <unistd.h>

namespace md::commands {

int status(const CommandLine& line) {
    // A daemon that runs has the last configuration without errors and tells what is wrong with
    // this one.
    config::Loaded loaded = load_configuration(line);
    const model::DesiredState& desired = loaded.desired;
    auto told = ask_running_daemon(desired.server, "status", line.names);
    bool running = told.has_value();
    if (!running)
        require_sound(loaded, line);
    auto now = base::SystemClock().now();
    nlohmann::json status =
        running ? std::move(*told)
                : admin::status_json(desired, stored_state(desired), now, line.names);
    status["daemon"] = running ? "running" : "not running";
    std::string text = line.json ? status.dump(2) + "\n"
                                 : admin::status_text(status, now, ::isatty(STDOUT_FILENO) == 1);
    std::fputs(text.c_str(), stdout);
    return status.contains("unknown-names") ? 1 : 0;
}

}  // namespace md::commands

// SPDX-License-Identifier: Apache-2.0
// `mdcertd renew NAME...`: asks the running daemon and waits for it; without one does the work
// itself.
#include "admin/status.hpp"
#include "ask.hpp"
#include "base/clock.hpp"
#include "commands/driving.hpp"
#include "configuration.hpp"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <unistd.h>

namespace md::commands {

int renew(const CommandLine& line) {
    config::Loaded loaded = require_configuration(line);
    auto told = ask_running_daemon(loaded.desired.server, "renew", line.names);
    if (!told) {
        std::puts("no daemon runs: renewing without it");
        std::fflush(stdout);
        return drive_and_report(line, line.names);
    }
    std::fputs(
        admin::status_text(*told, base::SystemClock().now(), ::isatty(STDOUT_FILENO) == 1).c_str(),
        stdout);
    const auto waiting = told->value("waiting", std::vector<std::string>{});
    say_who_waits(waiting);
    for (const nlohmann::json& domain : told->at("managed-domains"))
        if (domain.contains("last-problem"))
            return 1;
    return waiting.empty() ? 0 : 1;
}

}  // namespace md::commands

// SPDX-License-Identifier: Apache-2.0
// `mdcertd reload`: has the running daemon read its configuration anew, waits for that, and says
// what was wrong with it. The unit's ExecReload: so `systemctl reload` fails when the file does.
#include "ask.hpp"
#include "commands/commands.hpp"
#include "configuration.hpp"

#include <nlohmann/json.hpp>

#include <cstdio>

namespace md::commands {

int reload(const CommandLine& line) {
    // Only where the daemon listens is of interest here; the file is judged by the daemon itself.
    config::Loaded loaded = load_configuration(line);
    auto told = ask_running_daemon(loaded.desired.server, "reload", {});
    if (!told)
        require_sound(loaded, line);  // a file that cannot be read names no daemon
    if (!told)
        throw base::Error(
            "no daemon answers at " + loaded.desired.server.server_root +
            "/control.sock: 'systemctl start mdcertd' starts it; where ServerRoot was "
            "changed, 'systemctl restart mdcertd'");
    for (const std::string& text : told->value("diagnostics", std::vector<std::string>{}))
        std::fputs(text.c_str(), stderr);
    const std::string problem = told->value("problem", "");
    if (!problem.empty())
        throw base::Error("the former configuration stays in force: " + problem);
    std::puts("configuration reloaded");
    return 0;
}

}  // namespace md::commands

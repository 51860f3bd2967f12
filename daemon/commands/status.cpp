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
#include <cstdlib>
#include <string_view>
#include <unistd.h>

namespace md::commands {
namespace {

// no-color.org: any value but an empty one.
bool wants_colour() {
    const char* none = std::getenv("NO_COLOR");
    const char* terminal = std::getenv("TERM");
    return ::isatty(STDOUT_FILENO) == 1 && (none == nullptr || *none == '\0') &&
           (terminal == nullptr || std::string_view(terminal) != "dumb");
}

// Those of them whose attempts go on.
model::DesiredState with_attempts(const model::DesiredState& desired,
                                  const model::ObservedState& observed) {
    model::DesiredState some{desired.server, {}};
    for (const model::ManagedDomain& domain : desired.domains)
        if (observed.of(domain.name()).attempts)
            some.domains.push_back(domain);
    return some;
}

nlohmann::json status_without_daemon(const model::DesiredState& desired,
                                     const std::vector<std::string>& names,
                                     std::chrono::sys_seconds now) {
    const model::ObservedState observed = stored_state(desired);
    const Histories histories = stored_histories(with_attempts(desired, observed));
    auto status = admin::status_json(
        desired, observed, now, names,
        [&histories](const std::string& name) { return histories.at(name).attempts; });
    auto unused = names.empty() ? unused_json(desired) : nlohmann::json::array();
    if (!unused.empty())
        status["unused"] = std::move(unused);
    return status;
}

}  // namespace

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
        running ? std::move(*told) : status_without_daemon(desired, line.names, now);
    status["daemon"] = running ? "running" : "not running";
    bool is_failing = line.failing && admin::keep_failing(status);
    if (line.failing && !line.json && !is_failing) {
        std::puts("No managed domain is in trouble.");
        return status.contains("unknown-names") ? 1 : 0;
    }
    std::string text =
        line.json ? status.dump(2) + "\n" : admin::status_text(status, now, wants_colour());
    std::fputs(text.c_str(), stdout);
    return is_failing || status.contains("unknown-names") ? 1 : 0;
}

}  // namespace md::commands

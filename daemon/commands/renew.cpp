// SPDX-License-Identifier: Apache-2.0
// `mdcertd renew NAME...`: asks the running daemon and waits for it and for the hook; without one
// does the work itself.
#include "ask.hpp"
#include "commands/driving.hpp"
#include "configuration.hpp"
#include "store/lease.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdio>
#include <optional>
#include <thread>

namespace md::commands {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

void show_progress(const std::string& text) {
    std::printf("%s\n", text.c_str());
    std::fflush(stdout);
}

// One that has the store and does not listen yet is starting.
std::optional<json> ask_or_wait(const model::ServerSettings& server,
                                const std::vector<std::string>& names) {
    constexpr std::chrono::seconds longest_start = 60s;
    constexpr std::chrono::milliseconds between_questions = 200ms;
    const auto until = std::chrono::steady_clock::now() + longest_start;
    for (bool is_told = false;; is_told = true) {
        if (auto told = ask_running_daemon(server, "renew", names, show_progress))
            return told;
        const auto holder = store::lease_holder(server.store_dir);
        if (!holder || !store::is_daemon(*holder) || std::chrono::steady_clock::now() > until)
            return std::nullopt;
        if (!is_told)
            show_progress("the daemon is starting: waiting for it");
        std::this_thread::sleep_for(between_questions);
    }
}

}  // namespace

int renew(const CommandLine& line) {
    config::Loaded loaded = require_configuration(line);
    if (auto told = ask_or_wait(loaded.desired.server, line.names))
        return say_outcome(*told) ? 0 : 1;
    show_progress("no daemon runs: renewing without it");
    return drive_and_report(line, "renew", line.names);
}

}  // namespace md::commands

// SPDX-License-Identifier: Apache-2.0
// Questions to a running daemon over its control socket (control/control_server), asked by another
// process.
#pragma once

#include "base/task.hpp"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace md::control {

struct Asking {
    // Hears what the daemon does for this question.
    std::function<void(const std::string& text)> on_progress = [](const std::string&) {};
    // A daemon says something at least every two seconds; one that is silent for so long is given
    // up.
    std::chrono::milliseconds silence{15'000};
};

// Asks a command of control/commands and waits for the answer as long as the daemon shows that it
// is at work; nullopt when none listens there. Throws base::Error with the daemon's error, on a
// broken answer, and, with what to do, when the daemon is stopped or silent.
base::Task<std::optional<nlohmann::json>> ask_daemon(std::string path, std::string command,
                                                     std::vector<std::string> names,
                                                     Asking asking = {});

}  // namespace md::control

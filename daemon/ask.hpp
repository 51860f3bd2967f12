// SPDX-License-Identifier: Apache-2.0
// Questions to the running daemon, asked from another process.
#pragma once

#include "model/desired_state.hpp"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace md {

// The daemon's answer to a command (control/commands) with names; nullopt when no daemon runs.
// Throws base::Error when the daemon refuses or does not answer. `on_progress` hears what it does.
std::optional<nlohmann::json> ask_running_daemon(
    const model::ServerSettings& server, const std::string& command,
    const std::vector<std::string>& names,
    std::function<void(const std::string&)> on_progress = [](const std::string&) {});

}  // namespace md

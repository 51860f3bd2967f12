// SPDX-License-Identifier: Apache-2.0
// The daemon's control socket: <ServerRoot>/control.sock, mode 0600. One JSON object a line each
// way:
// {"command":"renew","names":[...]} -> {"ok":true,...} or {"ok":false,"error":"..."}.
#pragma once

#include "base/task.hpp"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <optional>
#include <string>

namespace md::admin {

using Answerer = std::function<base::Task<nlohmann::json>(nlohmann::json)>;

// Serves until cancelled. A socket file left by a dead daemon is replaced; of a living one: throws.
base::Task<void> serve_control(std::string path, Answerer answerer);

// Asks a running daemon; nullopt when none listens there. Throws base::Error on a broken answer.
base::Task<std::optional<nlohmann::json>> ask_daemon(std::string path, nlohmann::json question);

}  // namespace md::admin

// SPDX-License-Identifier: Apache-2.0
// The daemon's control socket: <ServerRoot>/control.sock, mode 0600 from the moment anybody can
// connect. One JSON object a line each way:
// {"command":"renew","names":[...]} -> {"ok":true,...} or {"ok":false,"error":"..."}.
#pragma once

#include "base/task.hpp"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>

namespace md::admin {

// The answer is a JSON object as text, on one line: it may be large.
using Answerer = std::function<base::Task<std::string>(nlohmann::json)>;

struct ControlLimits {
    std::size_t question = 64 * 1024;            // octets of a line
    unsigned clients = 64;                       // at once; more wait in the kernel's queue
    std::chrono::milliseconds patience{30'000};  // for a client to ask, or to take its answer
};

// Serves until cancelled; each client by itself, so one that hangs holds up nobody. A question that
// is no JSON object or too long is answered with an error; what the answerer throws too. A socket
// file left by a dead daemon is replaced; throws base::Error when a living one listens there, or
// something that is no socket has the name.
base::Task<void> serve_control(std::string path, Answerer answerer, ControlLimits limits = {});

// Asks a running daemon and waits for its answer as long as it takes; nullopt when none listens
// there. Throws base::Error on a broken answer.
base::Task<std::optional<nlohmann::json>> ask_daemon(std::string path, nlohmann::json question);

}  // namespace md::admin

// SPDX-License-Identifier: Apache-2.0
// The daemon's control socket: <ServerRoot>/control.sock, mode 0600 from the moment anybody can
// connect. One JSON object a line each way:
// {"command":"renew","names":[...]} -> any number of {"progress":"..."}, of which an empty one says
// that the daemon is still at it, then {"ok":true,...} or {"ok":false,"error":"..."}.
// The other end is admin/control_client.
#pragma once

#include "base/task.hpp"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

namespace md::admin {

// Tells the client what is being done for it, until the answer is made.
using Progress = std::function<void(const std::string& text)>;
// The answer is a JSON object as text, on one line: it may be large. Cancelled when the client
// leaves.
using Answerer = std::function<base::Task<std::string>(nlohmann::json, Progress)>;

struct ControlLimits {
    std::size_t question = 64 * 1024;               // octets of a line
    unsigned clients = 512;                         // at once; more wait in the kernel's queue
    std::chrono::milliseconds patience{30'000};     // for a client to ask, or to take its answer
    std::chrono::milliseconds sign_of_life{2'000};  // at the latest, while an answer is made
};

// Serves until cancelled; each client by itself, so one that hangs holds up nobody. A question that
// is no JSON object or too long is answered with an error; what the answerer throws too. A socket
// file left by a dead daemon is replaced; throws base::Error when a living one listens there, or
// something that is no socket has the name.
base::Task<void> serve_control(std::string path, Answerer answerer, ControlLimits limits = {});

}  // namespace md::admin

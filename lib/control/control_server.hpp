// SPDX-License-Identifier: Apache-2.0
// The daemon's control socket: <ServerRoot>/control.sock, mode 0600 from the moment anybody can
// connect. HTTP (curl --unix-socket PATH http://localhost/status): the body of the response is the
// answer, a JSON object on one line, or {"error": "..."}. Before it there may be lines of
// {"progress": "..."}, and empty ones, which say that the daemon is still at it.
// The other end is control/control_client.
#pragma once

#include "base/task.hpp"
#include "server/limits.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace md::server {
class StreamedBody;
}

namespace md::control {

struct ControlRequest {
    std::string_view command;  // of control/commands
    std::vector<std::string> names;
};

// Tells the client what is being done for it, until the answer is made.
class ProgressWriter {
public:
    explicit ProgressWriter(server::StreamedBody& body) : body_(&body) {}
    void tell(const std::string& text) const;

private:
    server::StreamedBody* body_;
};

// The answer is a JSON object as text, on one line: it may be large. Cancelled when the client
// leaves. What it throws is the error of the answer.
using Answerer = std::function<base::Task<std::string>(ControlRequest, ProgressWriter)>;

struct ControlLimits {
    // Of the head of a request, with all names; how many clients at once, of which the one that
    // says nothing gives way; how long one may take to ask, or to take its answer.
    server::Limits service = default_service();
    std::chrono::milliseconds sign_of_life{2'000};  // at the latest, while an answer is made

    static server::Limits default_service();
};

// Serves until cancelled; each client by itself, so one that hangs holds up no other. A socket file
// left by a dead daemon is replaced; throws base::Error when a living one listens there, or
// something that is no socket has the name.
base::Task<void> serve(std::string path, Answerer answerer, ControlLimits limits = {});

}  // namespace md::control

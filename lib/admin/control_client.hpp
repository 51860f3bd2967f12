// SPDX-License-Identifier: Apache-2.0
// Questions to a running daemon over its control socket (admin/control_socket), asked by another
// process.
#pragma once

#include "base/task.hpp"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace md::admin {

struct Asking {
    // Hears what the daemon does for this question.
    std::function<void(const std::string& text)> on_progress = [](const std::string&) {};
    // A daemon says something at least every two seconds; one that is silent for so long is given
    // up.
    std::chrono::milliseconds silence{15'000};
};

// Waits for the answer as long as the daemon shows that it is at work; nullopt when none listens
// there. Throws base::Error on a broken answer, and, with what to do, when the daemon is stopped or
// silent.
base::Task<std::optional<nlohmann::json>> ask_daemon(std::string path, nlohmann::json question,
                                                     Asking asking = {});

}  // namespace md::admin

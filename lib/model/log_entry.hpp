// SPDX-License-Identifier: Apache-2.0
// What happened to one MD, a line for people. Kept in job.json and nowhere in memory: what is
// decided by stands in members of its own.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace md::model {

using std::chrono::sys_seconds;

struct LogEntry {
    sys_seconds when{};
    std::string type;    // "starting", "progress", "finished", "renewal-error", "notified",
                         // "notify-error", "message-REASON", "message-error"
    std::string status;  // the problem; of a "message-error" the reason it was run for
    std::string detail;

    bool operator==(const LogEntry&) const = default;
};

// Newest first, as it is stored.
using Log = std::vector<LogEntry>;

}  // namespace md::model

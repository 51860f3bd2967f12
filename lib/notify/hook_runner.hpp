// SPDX-License-Identifier: Apache-2.0
// Runs an administrator's command: no shell, stdin closed, own process group, output to the log in
// bounded lines, ended by SIGTERM then SIGKILL when it takes too long.
#pragma once

#include "base/task.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace md::notify {

struct HookOutcome {
    bool succeeded = false;
    std::string reason;  // "exit status 3", "ended by signal 9", "took longer than 60 s",
                         // "/x/y: Permission denied"; "" when it succeeded
    std::string
        output;  // the last part of what it printed, at most 4 KiB, control characters masked
};

// The notifier seam: real is HookRunner, tests have tests/support/recording_hooks.hpp.
class Hooks {
public:
    virtual ~Hooks() = default;
    // Never throws for what the command does; honours cancellation by ending the command.
    virtual base::Task<HookOutcome> run(std::vector<std::string> command) = 0;
};

class HookRunner final : public Hooks {
public:
    explicit HookRunner(std::chrono::seconds limit = std::chrono::seconds{60}) : limit_(limit) {}
    base::Task<HookOutcome> run(std::vector<std::string> command) override;

private:
    std::chrono::seconds limit_;
};

// What would keep the command from starting ("no such file", "not executable: chmod +x ..."), or
// "".
std::string command_obstacle(const std::vector<std::string>& command);

}  // namespace md::notify

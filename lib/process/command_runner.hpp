// SPDX-License-Identifier: Apache-2.0
// Runs an administrator's command: no shell, stdin at /dev/null, cwd /, a session of its own,
// a clean environment, output to the log in bounded lines, ended by SIGTERM then SIGKILL when it
// takes too long. It is over when the command itself has ended; what it left in the background goes
// on and is not waited for.
#pragma once

#include "base/task.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace md::process {

struct CommandOutcome {
    bool succeeded = false;
    std::string reason;  // "exit status 3", "ended by signal 9", "took longer than 60 s",
                         // "/x/y: Permission denied"; "" when it succeeded
    // The last part of what it printed, at most 4 KiB; control characters but '\n' are masked.
    std::string output;
    std::string first_line{};  // of all that it printed, also where `output` begins later

    // For people: the reason, then what was printed, its first line on the same line.
    std::string explanation() const;
    // The first line of it.
    std::string summary() const;
};

// Real is CommandRunner, tests have tests/support/recording_commands.hpp.
class Commands {
public:
    virtual ~Commands() = default;
    // Never throws for what the command does; honours cancellation by ending the command.
    virtual base::Task<CommandOutcome> run(std::vector<std::string> command) = 0;
};

class CommandRunner final : public Commands {
public:
    // `grace`: what SIGTERM is given before SIGKILL; at most 2 s of it when run() is cancelled.
    explicit CommandRunner(std::chrono::milliseconds limit = std::chrono::seconds{60},
                           std::chrono::milliseconds grace = std::chrono::seconds{5})
        : limit_(limit), grace_(grace) {}
    base::Task<CommandOutcome> run(std::vector<std::string> command) override;

    // Told to commands as MD_STORE_DIR.
    void set_store_directory(std::string directory) { store_directory_ = std::move(directory); }

private:
    std::chrono::milliseconds limit_;
    std::chrono::milliseconds grace_;
    std::string store_directory_;
};

// All that a command finds, as "NAME=value": PATH, LANG, SHELL, HOME, USER and LOGNAME of the
// account this runs as, MD_STORE_DIR. Nothing of our own environment: it may be that of root, or
// what systemd meant for us alone.
std::vector<std::string> clean_environment(const std::string& store_directory);

}  // namespace md::process

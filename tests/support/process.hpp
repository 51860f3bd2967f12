// SPDX-License-Identifier: Apache-2.0
// Other programs in tests: started without a shell, ended by process id, their output in a file.
// Waiting is for events (the process ended, a file changed) with a bound, never for time to pass. A
// program does not outlive the test that started it, even when that one is killed.
#pragma once

#include "support/scratch.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace md::test {

using std::chrono::milliseconds;

struct Command {
    std::vector<std::string> argv;
    std::map<std::string, std::string> environment{};  // added to this process's own
};

class Process {
public:
    // Standard output and error go to `output` (made anew), and the latter to `errors` if given.
    Process(const Command& command, fs::path output, fs::path errors = {});
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    pid_t pid() const { return pid_; }
    bool running();
    void signal(int number) const;

    // The exit status, 128 + N after signal N; nullopt when it still runs after the limit.
    std::optional<int> wait(milliseconds limit);
    // SIGTERM, then SIGKILL when it is not over within the limit (which gives 128 + 9).
    int stop(milliseconds limit = std::chrono::seconds{10});
    int kill();

    // True once `condition` is, which is looked at anew whenever something in one of the watched
    // directories or files changes; false after the limit, or when the process ended without it.
    bool wait_until(const std::function<bool()>& condition, const std::vector<fs::path>& watched,
                    milliseconds limit);
    // The same for a text in the output, `times` times.
    bool wait_for_output(const std::string& text, milliseconds limit, unsigned times = 1);
    bool wait_for_port(std::uint16_t port, milliseconds limit);

    std::string output() const { return read_file(output_); }
    const fs::path& output_file() const { return output_; }

private:
    void collect(bool block);

    fs::path output_;
    pid_t pid_ = -1;
    int handle_ = -1;  // pidfd
    std::optional<int> status_;
};

struct Outcome {
    int status = -1;
    std::string output;  // standard output
    std::string errors;  // standard error
};

// Runs a command to its end; throws when it takes longer than the limit.
Outcome run_command(const Command& command, milliseconds limit = std::chrono::seconds{60});

// How often `part` stands in `text`.
unsigned occurrences(const std::string& text, const std::string& part);

}  // namespace md::test

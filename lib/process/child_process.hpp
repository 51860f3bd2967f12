// SPDX-License-Identifier: Apache-2.0
// One child process: posix_spawn, its pidfd to wait on, a pipe for what it prints. posix_spawn
// because nothing of ours runs between fork and exec in a program with threads, and because it
// tells why exec failed. Throws base::SystemError "PROGRAM: reason".
#pragma once

#include "base/task.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <string>
#include <sys/types.h>
#include <vector>

namespace md::process {

class ChildProcess {
public:
    // stdin /dev/null, stdout and stderr to output(), no other descriptor, cwd /, a session of its
    // own without a terminal, default signals, and this environment ("NAME=value") alone.
    ChildProcess(const base::asio::any_io_executor& executor,
                 const std::vector<std::string>& command,
                 const std::vector<std::string>& environment);
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;
    // Kills the group when the end was not seen.
    ~ChildProcess();

    base::asio::posix::stream_descriptor& output() { return output_; }
    // Resumes when the process has ended; its pid stays taken until status() is asked.
    base::Task<void> ended();
    // To the whole group.
    void signal(int number) const;
    // What the command left in the background may go on writing, also when we are gone: from here
    // on another process reads it away.
    void leave_output();
    // "" for exit status 0, else "exit status 3", "ended by signal 9" or "did not end".
    std::string status();

private:
    bool over();

    base::asio::posix::stream_descriptor output_;
    base::asio::posix::stream_descriptor pidfd_;
    pid_t pid_ = -1;  // -1 once it was reaped
};

}  // namespace md::process

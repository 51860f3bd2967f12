// SPDX-License-Identifier: Apache-2.0
#include "process/child_process.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace md::process {
namespace {

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (const std::string& text : texts)
        pointers.push_back(const_cast<char*>(text.c_str()));
    pointers.push_back(nullptr);
    return pointers;
}

// How the child differs from us.
class SpawnPlan {
public:
    SpawnPlan(int input, int output) {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawnattr_init(&attributes_);
        note(::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO));
        note(::posix_spawn_file_actions_adddup2(&actions_, output, STDERR_FILENO));
        if (input < 0)
            note(::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY,
                                                    0));
        else
            note(::posix_spawn_file_actions_adddup2(&actions_, input, STDIN_FILENO));
        note(::posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1));
        note(::posix_spawn_file_actions_addchdir_np(&actions_, "/"));
        sigset_t signals;
        sigemptyset(&signals);
        note(::posix_spawnattr_setsigmask(&attributes_, &signals));
        sigfillset(&signals);
        note(::posix_spawnattr_setsigdefault(&attributes_, &signals));
        // A session of its own has no terminal: with ours, the child could push input into the
        // shell of root (TIOCSTI), who started us.
        note(::posix_spawnattr_setflags(
            &attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID));
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;
    ~SpawnPlan() {
        ::posix_spawnattr_destroy(&attributes_);
        ::posix_spawn_file_actions_destroy(&actions_);
    }

    pid_t start(const std::vector<std::string>& command,
                const std::vector<std::string>& variables) {
        std::vector<char*> arguments = pointers_to(command);
        std::vector<char*> environment = pointers_to(variables);
        pid_t pid = -1;
        if (error_ == 0)
            note(::posix_spawn(&pid, arguments.front(), &actions_, &attributes_, arguments.data(),
                               environment.data()));
        if (error_ != 0)
            throw base::SystemError(command.front(), error_);
        return pid;
    }

private:
    void note(int error) {
        if (error_ == 0)
            error_ = error;
    }

    posix_spawn_file_actions_t actions_;
    posix_spawnattr_t attributes_;
    int error_ = 0;
};

}  // namespace

ChildProcess::ChildProcess(const base::asio::any_io_executor& executor,
                           const std::vector<std::string>& command,
                           const std::vector<std::string>& environment)
    : output_(executor), pidfd_(executor) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        throw base::SystemError(command.front(), errno);
    output_.assign(ends[0]);
    base::asio::posix::stream_descriptor input(executor, ends[1]);
    pid_ = SpawnPlan(-1, ends[1]).start(command, environment);
    int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
    if (pidfd < 0) {
        int number = errno;
        signal(SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        throw base::SystemError(command.front(), number);
    }
    pidfd_.assign(pidfd);
}

ChildProcess::~ChildProcess() {
    if (pid_ < 0)
        return;
    signal(SIGKILL);
    ::waitpid(pid_, nullptr, WNOHANG);
}

bool ChildProcess::over() {
    pollfd state{pidfd_.native_handle(), POLLIN, 0};
    return ::poll(&state, 1, 0) > 0;
}

base::Task<void> ChildProcess::ended() {
    // Asio may wake us for what came for a descriptor just closed: its place in the reactor is ours
    // now. Only the process itself knows whether it is over.
    while (!over())
        co_await pidfd_.async_wait(base::asio::posix::stream_descriptor::wait_read,
                                   base::asio::use_awaitable);
}

void ChildProcess::signal(int number) const {
    if (pid_ > 0)
        ::kill(-pid_, number);
}

// A program of its own, which outlives us. The shell that starts it ends at once.
void ChildProcess::leave_output() {
    pollfd state{output_.native_handle(), POLLIN, 0};
    if (::poll(&state, 1, 0) > 0 && (state.revents & POLLHUP) != 0)
        return;  // nobody can write any more
    // Ours does not wait for what comes, its reader does.
    const int flags = ::fcntl(output_.native_handle(), F_GETFL);
    ::fcntl(output_.native_handle(), F_SETFL, flags & ~O_NONBLOCK);
    try {
        pid_t pid = SpawnPlan(output_.native_handle(), STDERR_FILENO)
                        .start({"/bin/sh", "-c", "exec 3<&0; cat <&3 >/dev/null 2>&1 3<&- &"},
                               {"PATH=/usr/bin:/bin"});
        while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR)
            continue;
    } catch (const base::SystemError&) {
        // Without a shell there is no reader; whoever still writes then learns it (SIGPIPE).
    }
}

std::string ChildProcess::status() {
    int status = 0;
    pid_t reaped = ::waitpid(pid_, &status, WNOHANG);
    if (reaped == 0)
        return "did not end";
    pid_ = -1;
    if (reaped < 0)
        return "its exit status was lost";
    if (WIFSIGNALED(status))
        return "ended by signal " + std::to_string(WTERMSIG(status));
    int code = WEXITSTATUS(status);
    return code == 0 ? "" : "exit status " + std::to_string(code);
}

}  // namespace md::process

// SPDX-License-Identifier: Apache-2.0
#include "notify/child_process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <string_view>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace md::notify {
namespace {

// What the service manager told this process about itself; a child that believed it would speak in
// our name, or take our sockets for its own.
constexpr std::array<std::string_view, 9> not_inherited = {
    "NOTIFY_SOCKET=", "LISTEN_FDS=",     "LISTEN_PID=", "LISTEN_FDNAMES=",       "WATCHDOG_USEC=",
    "WATCHDOG_PID=",  "JOURNAL_STREAM=", "FDSTORE=",    "CREDENTIALS_DIRECTORY="};

std::vector<char*> inherited_environment() {
    std::vector<char*> environment;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        std::string_view text = *entry;
        if (std::none_of(not_inherited.begin(), not_inherited.end(),
                         [&](std::string_view name) { return text.starts_with(name); }))
            environment.push_back(*entry);
    }
    environment.push_back(nullptr);
    return environment;
}

std::vector<char*> arguments_of(const std::vector<std::string>& command) {
    std::vector<char*> arguments;
    for (const std::string& argument : command)
        arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    return arguments;
}

// How the child differs from us.
class SpawnPlan {
public:
    explicit SpawnPlan(int output) {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawnattr_init(&attributes_);
        note(::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO));
        note(::posix_spawn_file_actions_adddup2(&actions_, output, STDERR_FILENO));
        note(::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0));
        note(::posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1));
        note(::posix_spawn_file_actions_addchdir_np(&actions_, "/"));
        sigset_t signals;
        sigemptyset(&signals);
        note(::posix_spawnattr_setsigmask(&attributes_, &signals));
        sigfillset(&signals);
        note(::posix_spawnattr_setsigdefault(&attributes_, &signals));
        note(::posix_spawnattr_setpgroup(&attributes_, 0));
        note(::posix_spawnattr_setflags(
            &attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP));
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;
    ~SpawnPlan() {
        ::posix_spawnattr_destroy(&attributes_);
        ::posix_spawn_file_actions_destroy(&actions_);
    }

    pid_t start(const std::vector<std::string>& command) {
        std::vector<char*> arguments = arguments_of(command);
        std::vector<char*> environment = inherited_environment();
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
                           const std::vector<std::string>& command)
    : output_(executor), pidfd_(executor) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        throw base::SystemError(command.front(), errno);
    output_.assign(ends[0]);
    base::asio::posix::stream_descriptor input(executor, ends[1]);
    pid_ = SpawnPlan(ends[1]).start(command);
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

}  // namespace md::notify

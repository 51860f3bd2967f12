// SPDX-License-Identifier: Apache-2.0
#include "support/process.hpp"

#include "support/ports.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace md::test {
namespace {

using Deadline = std::chrono::steady_clock::time_point;

Deadline after(milliseconds limit) {
    return std::chrono::steady_clock::now() + limit;
}

// What is left, for poll(2).
int left(Deadline deadline) {
    const auto rest = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
    return static_cast<int>(std::max(milliseconds{0}, rest).count());
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (std::string& text : texts)
        all.push_back(text.data());
    all.push_back(nullptr);
    return all;
}

std::vector<std::string> environment_with(const std::map<std::string, std::string>& added) {
    std::vector<std::string> all;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string text = *entry;
        if (!added.contains(text.substr(0, text.find('='))))
            all.push_back(text);
    }
    for (const auto& [name, value] : added)
        all.push_back(name + "=" + value);
    return all;
}

pid_t spawn(const Command& command, const fs::path& output, const fs::path& errors) {
    // The kernel ends the program when this thread ends, however that comes about.
    std::vector<std::string> argv = {"/usr/bin/setpriv", "--pdeathsig", "KILL", "--"};
    argv.insert(argv.end(), command.argv.begin(), command.argv.end());
    auto environment = environment_with(command.environment);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_APPEND;
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, output.c_str(), flags, 0600);
    if (errors.empty())
        posix_spawn_file_actions_adddup2(&files, 1, 2);
    else
        posix_spawn_file_actions_addopen(&files, 2, errors.c_str(), flags, 0600);
    pid_t pid = -1;
    const int error = posix_spawn(&pid, argv[0].c_str(), &files, nullptr, pointers(argv).data(),
                                  pointers(environment).data());
    posix_spawn_file_actions_destroy(&files);
    if (error != 0)
        throw std::runtime_error("cannot start " + command.argv[0] + ": " + std::strerror(error));
    return pid;
}

class Watch {
public:
    explicit Watch(const std::vector<fs::path>& paths)
        : queue_(inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
        for (const fs::path& path : paths)
            if (inotify_add_watch(queue_, path.c_str(),
                                  IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_DELETE) < 0)
                throw std::runtime_error("cannot watch " + path.string());
    }
    ~Watch() { close(queue_); }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    int queue() const { return queue_; }
    void drain() const {
        std::array<char, 4096> events;
        while (read(queue_, events.data(), events.size()) > 0) {
        }
    }

private:
    int queue_;
};

}  // namespace

Process::Process(const Command& command, fs::path output, fs::path errors)
    : output_(std::move(output)), pid_(spawn(command, output_, errors)) {
    handle_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
    if (handle_ < 0)
        throw std::runtime_error("no handle of process " + std::to_string(pid_));
}

// Politely first: a master process that is killed leaves its workers behind.
Process::~Process() {
    if (running())
        stop(std::chrono::seconds{5});
    if (handle_ >= 0)
        close(handle_);
}

void Process::collect(bool block) {
    int status = 0;
    if (!status_ && waitpid(pid_, &status, block ? 0 : WNOHANG) == pid_)
        status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool Process::running() {
    collect(false);
    return !status_;
}

void Process::signal(int number) const {
    if (!status_)
        ::kill(pid_, number);
}

std::optional<int> Process::wait(milliseconds limit) {
    pollfd handle{handle_, POLLIN, 0};
    if (!status_ && poll(&handle, 1, left(after(limit))) > 0)
        collect(true);
    return status_;
}

int Process::stop(milliseconds limit) {
    if (running())
        signal(SIGTERM);
    const auto status = wait(limit);
    return status ? *status : kill();
}

int Process::kill() {
    signal(SIGKILL);
    collect(true);
    return *status_;
}

bool Process::wait_until(const std::function<bool()>& condition,
                         const std::vector<fs::path>& watched, milliseconds limit) {
    const Deadline deadline = after(limit);
    const Watch watch(watched);
    while (!condition()) {
        std::array<pollfd, 2> events = {{{watch.queue(), POLLIN, 0}, {handle_, POLLIN, 0}}};
        // Its last words may have come between looking and ending: look once more.
        if (poll(events.data(), events.size(), left(deadline)) == 0 || events[1].revents != 0)
            return condition();
        watch.drain();
    }
    return true;
}

bool Process::wait_for_output(const std::string& text, milliseconds limit, unsigned times) {
    return wait_until([&] { return occurrences(output(), text) >= times; }, {output_}, limit);
}

bool Process::wait_for_port(std::uint16_t port, milliseconds limit) {
    const Deadline deadline = after(limit);
    while (!port_answers(port)) {
        // Nothing tells that a port is open now: ask again soon, unless the process ends.
        pollfd handle{handle_, POLLIN, 0};
        if (poll(&handle, 1, std::min(5, left(deadline))) > 0 || left(deadline) == 0)
            return false;
    }
    return true;
}

Outcome run_command(const Command& command, milliseconds limit) {
    const Scratch scratch;
    Process process(command, scratch / "output", scratch / "errors");
    const auto status = process.wait(limit);
    if (!status)
        throw std::runtime_error(command.argv[0] + " takes too long; it said: " + process.output() +
                                 read_file(scratch / "errors"));
    return {*status, process.output(), read_file(scratch / "errors")};
}

unsigned occurrences(const std::string& text, const std::string& part) {
    unsigned count = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++count;
    return count;
}

}  // namespace md::test

// SPDX-License-Identifier: Apache-2.0
#include "process/command_runner.hpp"

#include "process/child_process.hpp"
#include "process/command_output.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <memory>
#include <pwd.h>
#include <unistd.h>

namespace md::process {
namespace {

using namespace std::chrono_literals;
namespace asio = base::asio;

constexpr std::chrono::milliseconds longest_farewell = 2s;  // the daemon itself has 5 s to end

std::string_view view_of(const std::array<char, 4096>& buffer, std::size_t count) {
    return {buffer.data(), count};
}

// Never resumes by itself: a command may close its output long before it ends.
base::Task<void> read_output(ChildProcess& child, CommandOutput& output) {
    std::array<char, 4096> buffer;
    boost::system::error_code error;
    while (!error) {
        std::size_t count = co_await child.output().async_read_some(
            asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
        output.add(view_of(buffer, count));
    }
    auto executor = co_await asio::this_coro::executor;
    asio::steady_timer never(executor, asio::steady_timer::time_point::max());
    co_await never.async_wait(asio::use_awaitable);
}

// What is in the pipe already. Nobody waits for its end: a process in the background may hold it.
void read_rest(ChildProcess& child, CommandOutput& output) {
    constexpr int most_reads = 64;
    std::array<char, 4096> buffer;
    boost::system::error_code error;
    child.output().non_blocking(true, error);
    for (int i = 0; i < most_reads && !error; ++i) {
        std::size_t count = child.output().read_some(asio::buffer(buffer), error);
        output.add(view_of(buffer, count));
    }
    output.finish();
}

base::Task<void> supervise(ChildProcess& child, CommandOutput& output) {
    co_await base::first_of(child.ended(), read_output(child, output));
}

base::Task<void> pass(std::chrono::milliseconds duration) {
    auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, duration);
    co_await timer.async_wait(asio::use_awaitable);
}

// False when it took longer, or when the caller was cancelled meanwhile.
base::Task<bool> ends_within(ChildProcess& child, CommandOutput& output,
                             std::chrono::milliseconds limit) {
    try {
        int first = co_await base::first_of(supervise(child, output), pass(limit));
        co_return first == 0;
    } catch (const boost::system::system_error&) {
        co_return false;
    }
}

base::Task<void> end(ChildProcess& child, CommandOutput& output, std::chrono::milliseconds grace) {
    child.signal(SIGTERM);
    bool ended = co_await ends_within(child, output, grace);
    // Also what the command started and left; its process group is still ours to end.
    child.signal(SIGKILL);
    if (!ended)
        co_await ends_within(child, output, 1s);
}

std::string limit_text(std::chrono::milliseconds limit) {
    return limit % 1s == 0ms ? std::to_string(limit / 1s) + " s"
                             : std::to_string(limit.count()) + " ms";
}

// Runs in a coroutine thread of its own, so that its way with cancellation is not the caller's.
base::Task<CommandOutcome> run_to_its_end(std::vector<std::string> command,
                                          std::vector<std::string> environment,
                                          std::chrono::milliseconds limit,
                                          std::chrono::milliseconds grace) {
    auto executor = co_await asio::this_coro::executor;
    CommandOutcome outcome;
    std::unique_ptr<ChildProcess> child;
    try {
        child = std::make_unique<ChildProcess>(executor, command, environment);
    } catch (const base::Error& error) {
        outcome.reason = error.what();
    }
    if (!child)
        co_return outcome;
    CommandOutput output(command.front());
    co_await asio::this_coro::throw_if_cancelled(false);
    bool in_time = co_await ends_within(*child, output, limit);
    auto state = co_await asio::this_coro::cancellation_state;
    bool cancelled = state.cancelled() != asio::cancellation_type::none;
    if (!in_time)
        co_await end(*child, output, cancelled ? std::min(grace, longest_farewell) : grace);
    read_rest(*child, output);
    if (in_time)
        child->leave_output();
    outcome.reason = child->status();
    if (cancelled && !in_time)
        throw boost::system::system_error(asio::error::operation_aborted);
    if (!in_time)
        outcome.reason = "took longer than " + limit_text(limit);
    outcome.succeeded = outcome.reason.empty();
    outcome.output = output.last_part();
    outcome.first_line = output.first_line();
    co_return outcome;
}

}  // namespace

std::string CommandOutcome::summary() const {
    const std::string all = explanation();
    return all.substr(0, all.find('\n'));
}

std::string CommandOutcome::explanation() const {
    std::string_view lines = output;
    while (lines.starts_with('\n'))
        lines.remove_prefix(1);
    while (lines.ends_with('\n'))
        lines.remove_suffix(1);
    std::string text = reason;
    if (!lines.starts_with(first_line))
        return text + (text.empty() ? "" : ", ") + first_line + "\n...\n" + std::string(lines);
    if (!text.empty() && !lines.empty())
        text += ", ";
    return text += lines;
}

std::vector<std::string> clean_environment(const std::string& store_directory) {
    std::vector<std::string> environment = {
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8",
        "SHELL=/bin/sh"};
    const passwd* user = ::getpwuid(::geteuid());
    environment.push_back(std::string("HOME=") + (user == nullptr ? "/" : user->pw_dir));
    for (const char* variable : {"USER=", "LOGNAME="})
        if (user != nullptr)
            environment.push_back(std::string(variable) + user->pw_name);
    if (!store_directory.empty())
        environment.push_back("MD_STORE_DIR=" + store_directory);
    return environment;
}

base::Task<CommandOutcome> CommandRunner::run(std::vector<std::string> command) {
    if (command.empty())
        co_return CommandOutcome{false, "no command", ""};
    auto executor = co_await asio::this_coro::executor;
    auto work =
        run_to_its_end(std::move(command), clean_environment(store_directory_), limit_, grace_);
    co_return co_await asio::co_spawn(executor, std::move(work), asio::use_awaitable);
}

}  // namespace md::process

// SPDX-License-Identifier: Apache-2.0
#include "supervisor.hpp"

#include "base/log.hpp"
#include "base/printable.hpp"
#include "status_line.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace md {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr int first_passed_socket = 3;  // SD_LISTEN_FDS_START
// A thousand domains that become valid one after the other are not a thousand status lines.
constexpr milliseconds between_status_lines = 500ms;

// The value of a variable that is for us alone: nobody after us shall believe it.
std::string take_variable(const char* name) {
    const char* value = std::getenv(name);
    std::string text = value == nullptr ? "" : value;
    ::unsetenv(name);
    return text;
}

std::optional<std::int64_t> number_in(const std::string& text) {
    std::int64_t number = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || text.empty())
        return std::nullopt;
    return number;
}

bool is_us(const std::string& pid) {
    return number_in(pid) == ::getpid();
}

std::vector<int> take_passed_sockets() {
    std::string pid = take_variable("LISTEN_PID");
    auto count = number_in(take_variable("LISTEN_FDS"));
    take_variable("LISTEN_FDNAMES");
    std::vector<int> sockets;
    if (!is_us(pid) || !count || *count > 1024)
        return sockets;
    for (int i = 0; i < *count; ++i) {
        ::fcntl(first_passed_socket + i, F_SETFD, FD_CLOEXEC);
        sockets.push_back(first_passed_socket + i);
    }
    return sockets;
}

microseconds take_watchdog() {
    std::string pid = take_variable("WATCHDOG_PID");
    auto limit = number_in(take_variable("WATCHDOG_USEC"));
    if ((!pid.empty() && !is_us(pid)) || !limit || *limit <= 0)
        return 0us;
    return microseconds(*limit);
}

base::Task<void> rest_for_ever(base::Clock& clock) {
    while (true)
        co_await clock.wait(24h);
}

}  // namespace

Supervisor::Supervisor(base::asio::any_io_executor executor)
    : news_(executor),
      address_(take_variable("NOTIFY_SOCKET")),
      passed_(take_passed_sockets()),
      watchdog_(take_watchdog()) {
    bool usable = address_.size() > 1 && (address_[0] == '/' || address_[0] == '@') &&
                  address_.size() < sizeof(sockaddr_un::sun_path);
    if (!usable)
        return;
    if (address_[0] == '@')
        address_[0] = '\0';
    socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

Supervisor::~Supervisor() {
    if (socket_ >= 0)
        ::close(socket_);
}

std::vector<int> Supervisor::take_sockets() {
    return std::exchange(passed_, {});
}

void Supervisor::say(const std::string& text) const {
    if (socket_ < 0)
        return;
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    std::memcpy(to.sun_path, address_.data(), address_.size());
    auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
    // Not waiting: certificates matter more than a service manager that does not listen.
    if (::sendto(socket_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                 reinterpret_cast<const sockaddr*>(&to), size) < 0)
        log::debug("the service manager does not listen", log::kv("reason", std::strerror(errno)));
}

void Supervisor::ready() const {
    say("READY=1");
}

void Supervisor::reloading() const {
    auto now = std::chrono::steady_clock::now().time_since_epoch();  // CLOCK_MONOTONIC
    auto since_boot = std::chrono::duration_cast<microseconds>(now).count();
    say("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(since_boot));
}

void Supervisor::stopping() const {
    say("STOPPING=1\nSTATUS=ending");
}

void Supervisor::waiting(const std::string& reason, std::chrono::seconds longest) const {
    say("EXTEND_TIMEOUT_USEC=" + std::to_string(microseconds(longest).count()) +
        "\nSTATUS=waiting: " + base::printable(reason));
}

base::Task<void> Supervisor::run(drive::Reconcile& reconcile, base::Clock& clock,
                                 const std::string& problem) {
    if (socket_ < 0)
        co_await rest_for_ever(clock);
    co_await base::first_of(keep_status(reconcile, clock, problem),
                            keep_watchdog(reconcile, clock));
}

base::Task<void> Supervisor::keep_status(drive::Reconcile& reconcile, base::Clock& clock,
                                         const std::string& problem) {
    std::string told;
    while (true) {
        std::string text = problem.empty() ? status_line(reconcile, clock.now())
                                           : "configuration has errors, the former one stays in "
                                             "force: " +
                                                 problem;
        if (text != told)
            say("STATUS=" + base::printable(text));
        told = std::move(text);
        co_await clock.wait(between_status_lines);
        co_await news_.wait();
    }
}

// The loop is made to plan, and has half of the time limit to do so.
base::Task<void> Supervisor::keep_watchdog(drive::Reconcile& reconcile, base::Clock& clock) {
    if (watchdog_ == 0us)
        co_await rest_for_ever(clock);
    auto half = std::max(std::chrono::duration_cast<milliseconds>(watchdog_ / 2), 1ms);
    while (true) {
        std::uint64_t turns = reconcile.sound_turns();
        reconcile.request({});
        co_await clock.wait(half);
        if (reconcile.sound_turns() != turns)
            say("WATCHDOG=1");
    }
}

}  // namespace md

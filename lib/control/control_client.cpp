// SPDX-License-Identifier: Apache-2.0
#include "control/control_client.hpp"

#include "control/commands.hpp"
#include "http/transport.hpp"
#include "http/unix_exchange.hpp"
#include "server/query.hpp"
#include "server/socket_file.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace md::control {
namespace {

namespace asio = base::asio;
using nlohmann::json;
using std::chrono::milliseconds;

constexpr std::size_t longest_answer = 64 * 1024 * 1024;
// After so long it is looked whether the daemon is stopped (SIGSTOP, a debugger).
constexpr milliseconds first_doubt{1'000};

// The process behind the socket; 0 where that cannot be told.
pid_t peer_of(int descriptor) {
    ucred peer{};
    socklen_t size = sizeof(peer);
    return ::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 ? peer.pid : 0;
}

// proc(5): "PID (NAME) STATE ...", where NAME may hold anything.
bool is_stopped(pid_t process) {
    std::ifstream file("/proc/" + std::to_string(process) + "/stat");
    std::string text;
    std::getline(file, text, '\0');
    auto name_end = text.rfind(") ");
    if (name_end == std::string::npos || name_end + 2 >= text.size())
        return false;
    char state = text[name_end + 2];
    return state == 'T' || state == 't';
}

std::string target_of(const std::string& command, const std::vector<std::string>& names) {
    std::string target = "/" + command;
    for (const std::string& name : names)
        target += (target.find('?') == std::string::npos ? "?name=" : "&name=") +
                  server::percent_encoded(name);
    return target;
}

class Asked {
public:
    Asked(http::UnixExchange::Socket socket, std::string path, Asking asking)
        : daemon_(peer_of(socket.native_handle())),
          exchange_(std::move(socket), longest_answer),
          path_(std::move(path)),
          asking_(std::move(asking)) {}

    base::Task<json> answer(std::string method, std::string target) {
        co_await exchange_.send(std::move(method), std::move(target));
        while (true) {
            std::optional<std::string> line = co_await next_line();
            if (exchange_.status() == 431)
                throw base::Error("these are more names than the daemon takes at once: give fewer");
            json message = json::parse(line.value_or(""), nullptr, false);
            if (line && line->empty())
                continue;  // a sign of life
            if (!message.is_object())
                throw base::Error("the daemon at " + path_ + " gave a broken answer");
            if (auto error = text_in(message, "error"))
                throw base::Error(*error);
            auto progress = text_in(message, "progress");
            if (!progress)
                co_return message;
            asking_.on_progress(*progress);
        }
    }

private:
    static std::optional<std::string> text_in(const json& message, const char* member) {
        auto found = message.find(member);
        if (found == message.end() || !found->is_string())
            return std::nullopt;
        return found->get<std::string>();
    }

    // The first wait is short: a daemon that is stopped is told at once.
    base::Task<std::optional<std::string>> next_line() {
        milliseconds waited = std::min(first_doubt, asking_.silence);
        Arrived arrived = co_await line_within(waited);
        if (!arrived.in_time && is_stopped(daemon_))
            throw base::Error(name() + " is stopped and answers nothing: 'kill -CONT " +
                              std::to_string(daemon_) + "' has it go on");
        if (!arrived.in_time)
            arrived = co_await line_within(asking_.silence - waited);
        if (!arrived.in_time)
            throw base::Error(name() + " has not answered for " +
                              std::to_string(asking_.silence.count() / 1000) +
                              " s: its log may tell why ('journalctl -u mdcertd'), and 'systemctl "
                              "restart mdcertd' loses nothing");
        co_return std::move(arrived.line);
    }

    struct Arrived {
        bool in_time = false;
        std::optional<std::string> line;
    };

    base::Task<Arrived> line_within(milliseconds limit) {
        Arrived arrived;
        try {
            co_await base::with_timeout(read_line(arrived), limit, "");
        } catch (const base::TimedOut&) {
        }
        co_return arrived;
    }

    base::Task<void> read_line(Arrived& arrived) {
        std::string why;
        try {
            arrived.line = co_await exchange_.next_line();
            arrived.in_time = true;
            co_return;
        } catch (const http::TransportError& error) {
            why = error.what();
        }
        throw base::Error("the daemon at " + path_ + " gave no answer: " + why +
                          "; where mdcertd was updated, restart it");
    }

    std::string name() const {
        return daemon_ > 0 ? "the daemon (process " + std::to_string(daemon_) + ")"
                           : "the daemon at " + path_;
    }

    pid_t daemon_;
    http::UnixExchange exchange_;
    std::string path_;
    Asking asking_;
};

int connected(const std::string& path) {
    int descriptor = server::connect_to(path);
    if (descriptor >= 0 || server::means_nobody(errno))
        return descriptor;
    if (errno == EAGAIN)
        throw base::Error("the daemon at " + path +
                          " takes no more questions: it hangs, or is asked too much");
    if ((errno == EACCES || errno == EPERM) && ::geteuid() != 0)
        throw base::Error("only root and the user of mdcertd may ask the daemon at " + path +
                          ": run this command as root, for instance with sudo");
    base::raise_errno("cannot ask the daemon at " + path);
}

}  // namespace

base::Task<std::optional<json>> ask_daemon(std::string path, std::string command,
                                           std::vector<std::string> names, Asking asking) {
    auto executor = co_await asio::this_coro::executor;
    int descriptor = connected(path);
    if (descriptor < 0)
        co_return std::nullopt;
    const Command* known = command_named(command);
    std::string method(known == nullptr ? "POST" : known->method);
    http::UnixExchange::Socket socket(executor, asio::local::stream_protocol(), descriptor);
    Asked asked(std::move(socket), std::move(path), std::move(asking));
    std::string target = target_of(command, names);
    json answer = co_await asked.answer(std::move(method), std::move(target));
    co_return answer;
}

}  // namespace md::control

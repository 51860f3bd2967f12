// SPDX-License-Identifier: Apache-2.0
#include "admin/control_client.hpp"

#include "admin/socket_file.hpp"

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace md::admin {
namespace {

namespace asio = base::asio;
using asio::local::stream_protocol;
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

class Question {
public:
    Question(stream_protocol::socket socket, std::string path, Asking asking)
        : socket_(std::move(socket)),
          path_(std::move(path)),
          asking_(std::move(asking)),
          daemon_(peer_of(socket_.native_handle())) {}

    base::Task<json> answer(std::string question) {
        boost::system::error_code ignored;
        // A question that was refused half-way has an answer all the same.
        co_await asio::async_write(socket_, asio::buffer(question),
                                   asio::redirect_error(asio::use_awaitable, ignored));
        while (true) {
            std::string line = co_await next_line();
            json message = json::parse(line, nullptr, false);
            if (!message.is_object())
                throw base::Error("the daemon at " + path_ + " gave a broken answer");
            if (message.contains("ok"))
                co_return message;
            std::string text = progress_in(message);
            if (!text.empty())
                asking_.on_progress(text);
        }
    }

private:
    static std::string progress_in(const json& message) {
        auto found = message.find("progress");
        return found != message.end() && found->is_string() ? found->get<std::string>() : "";
    }

    // The first wait is short: a daemon that is stopped is told at once.
    base::Task<std::string> next_line() {
        milliseconds waited = std::min(first_doubt, asking_.silence);
        std::optional<std::string> line = co_await line_within(waited);
        if (!line && is_stopped(daemon_))
            throw base::Error(name() + " is stopped and answers nothing: 'kill -CONT " +
                              std::to_string(daemon_) + "' has it go on");
        if (!line)
            line = co_await line_within(asking_.silence - waited);
        if (!line)
            throw base::Error(name() + " has not answered for " +
                              std::to_string(asking_.silence.count() / 1000) +
                              " s: its log may tell why ('journalctl -u mdcertd'), and 'systemctl "
                              "restart mdcertd' loses nothing");
        co_return std::move(*line);
    }

    base::Task<std::optional<std::string>> line_within(milliseconds limit) {
        std::optional<std::string> line;
        try {
            co_await base::with_timeout(read_line(line), limit, "");
        } catch (const base::TimedOut&) {
        }
        co_return line;
    }

    base::Task<void> read_line(std::optional<std::string>& line) {
        boost::system::error_code error;
        auto buffer = asio::dynamic_buffer(received_, longest_answer);
        std::size_t size = co_await asio::async_read_until(
            socket_, buffer, '\n', asio::redirect_error(asio::use_awaitable, error));
        if (error == asio::error::operation_aborted)
            throw boost::system::system_error(error);
        if (error)
            throw base::Error("the daemon at " + path_ + " gave no answer: " + error.message());
        line = received_.substr(0, size);
        received_.erase(0, size);
    }

    std::string name() const {
        return daemon_ > 0 ? "the daemon (process " + std::to_string(daemon_) + ")"
                           : "the daemon at " + path_;
    }

    stream_protocol::socket socket_;
    std::string path_;
    Asking asking_;
    pid_t daemon_;
    std::string received_;
};

int connected(const std::string& path) {
    int descriptor = connect_to(path);
    if (descriptor >= 0 || means_nobody(errno))
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

base::Task<std::optional<json>> ask_daemon(std::string path, json question, Asking asking) {
    auto executor = co_await asio::this_coro::executor;
    int descriptor = connected(path);
    if (descriptor < 0)
        co_return std::nullopt;
    stream_protocol::socket socket(executor, stream_protocol(), descriptor);
    Question asked(std::move(socket), std::move(path), std::move(asking));
    std::string text = question.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
    json answer = co_await asked.answer(std::move(text));
    co_return answer;
}

}  // namespace md::admin

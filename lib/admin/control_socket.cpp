// SPDX-License-Identifier: Apache-2.0
#include "admin/control_socket.hpp"

#include "admin/socket_file.hpp"
#include "base/log.hpp"
#include "base/nursery.hpp"
#include "base/permits.hpp"

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <nlohmann/json.hpp>

#include <optional>

namespace md::admin {
namespace {

namespace asio = base::asio;
using asio::local::stream_protocol;
using nlohmann::json;

// The dump never throws: what is not UTF-8 is replaced.
std::string line_of(const json& message) {
    return message.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

std::string refusal(const std::string& why) {
    return line_of({{"ok", false}, {"error", why}});
}

// One client: questions and answers in turn until it leaves. While an answer is made the client is
// told what is being done, or that it still is; one that leaves meanwhile is waited for no longer.
class Session {
public:
    Session(stream_protocol::socket socket, const Answerer& answerer, const ControlLimits& limits)
        : socket_(std::move(socket)),
          answerer_(answerer),
          limits_(limits),
          said_(socket_.get_executor()) {}

    base::Task<void> serve() {
        while (true) {
            std::optional<std::string> question =
                co_await base::with_timeout(next_line(), limits_.patience, "control client");
            if (!question) {
                unsent_ += refusal("the question is longer than " +
                                   std::to_string(limits_.question) + " octets");
                co_await send();
                co_return;
            }
            co_await base::first_of(answer(std::move(*question)), accompany());
            co_await send();
        }
    }

private:
    // nullopt: it is too long.
    base::Task<std::optional<std::string>> next_line() {
        boost::system::error_code error;
        auto buffer = asio::dynamic_buffer(received_, limits_.question);
        std::size_t size = co_await asio::async_read_until(
            socket_, buffer, '\n', asio::redirect_error(asio::use_awaitable, error));
        if (error == asio::error::not_found)
            co_return std::nullopt;
        if (error)
            throw boost::system::system_error(error);
        std::string line = received_.substr(0, size - 1);
        received_.erase(0, size);
        co_return line;
    }

    base::Task<void> answer(std::string line) {
        std::string text = co_await answer_to(line);
        unsent_ += text;
    }

    base::Task<std::string> answer_to(const std::string& line) {
        json question = json::parse(line, nullptr, false);
        if (!question.is_object())
            co_return refusal("the question is not a JSON object");
        std::string why;
        try {
            Progress progress = [this](const std::string& text) { say(text); };
            std::string answer = co_await answerer_(std::move(question), std::move(progress));
            co_return answer + "\n";
        } catch (const boost::system::system_error& error) {
            if (error.code() == asio::error::operation_aborted)
                throw;
            why = error.what();
        } catch (const std::exception& error) {
            why = error.what();
        }
        co_return refusal(why);
    }

    void say(const std::string& text) {
        unsent_ += line_of({{"progress", text}});
        said_.wake();
    }

    // Until cancelled; throws when the client leaves.
    base::Task<void> accompany() { co_await base::first_of(pass_on(), client_left()); }

    base::Task<void> pass_on() {
        while (true) {
            int spoke = co_await base::first_of(said(), silence());
            if (spoke == 1)
                unsent_ += line_of({{"progress", ""}});
            co_await send();
        }
    }
    base::Task<void> said() { co_await said_.wait(); }
    base::Task<void> silence() {
        asio::steady_timer timer(socket_.get_executor(), limits_.sign_of_life);
        co_await timer.async_wait(asio::use_awaitable);
    }

    // A half-closed connection still takes its answer; one that is closed is an error condition of
    // the descriptor (EPOLLHUP).
    base::Task<void> client_left() {
        co_await socket_.async_wait(stream_protocol::socket::wait_error, asio::use_awaitable);
        throw base::Error("it left before its answer");
    }

    base::Task<void> send() {
        co_await base::with_timeout(write(), limits_.patience, "control client");
    }

    // Where it is cut short, what is left is sent the next time.
    base::Task<void> write() {
        while (!unsent_.empty()) {
            std::size_t sent =
                co_await socket_.async_write_some(asio::buffer(unsent_), asio::use_awaitable);
            unsent_.erase(0, sent);
        }
    }

    stream_protocol::socket socket_;
    const Answerer& answerer_;
    const ControlLimits& limits_;
    base::Wakeup said_;
    std::string received_, unsent_;
};

base::Task<void> serve_client(stream_protocol::socket socket, const Answerer& answerer,
                              const ControlLimits& limits, base::Permits::Permit) {
    Session session(std::move(socket), answerer, limits);
    co_await session.serve();
}

// A client that left, or that was too slow, is nothing to report.
void client_ended(std::exception_ptr failed) {
    try {
        if (failed)
            std::rethrow_exception(failed);
    } catch (const std::exception& error) {
        log::debug("control client ended", log::kv("reason", error.what()));
    }
}

class Server {
public:
    Server(asio::any_io_executor executor, int listening, Answerer answerer, ControlLimits limits)
        : answerer_(std::move(answerer)),
          limits_(limits),
          acceptor_(executor, stream_protocol(), listening),
          pause_(executor),
          permits_(executor, limits.clients),
          clients_(executor) {}

    // Ends by cancellation alone, and after its clients.
    base::Task<void> serve() {
        std::exception_ptr ended;
        try {
            while (true)
                co_await serve_next();
        } catch (...) {
            ended = std::current_exception();
        }
        clients_.cancel();
        co_await asio::this_coro::throw_if_cancelled(false);
        co_await clients_.join();
        std::rethrow_exception(ended);
    }

private:
    base::Task<void> serve_next() {
        auto permit = co_await permits_.take();
        boost::system::error_code error;
        auto socket =
            co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
        if (error == asio::error::operation_aborted)
            throw boost::system::system_error(error);
        if (error) {  // no descriptors are left, for instance; that passes
            log::warn("control client not accepted", log::kv("reason", error.message()));
            pause_.expires_after(std::chrono::seconds{1});
            co_await pause_.async_wait(asio::use_awaitable);
            co_return;
        }
        clients_.start(serve_client(std::move(socket), answerer_, limits_, std::move(permit)),
                       client_ended);
    }

    Answerer answerer_;
    ControlLimits limits_;
    stream_protocol::acceptor acceptor_;
    asio::steady_timer pause_;
    base::Permits permits_;  // outlives the clients, who hold them
    base::Nursery clients_;
};

}  // namespace

base::Task<void> serve_control(std::string path, Answerer answerer, ControlLimits limits) {
    auto executor = co_await asio::this_coro::executor;
    SocketFile file(std::move(path));
    Server server(executor, file.release(), std::move(answerer), limits);
    co_await server.serve();
}

}  // namespace md::admin

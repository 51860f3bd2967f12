// SPDX-License-Identifier: Apache-2.0
#include "control/control_server.hpp"

#include "base/error.hpp"
#include "base/printable.hpp"
#include "control/commands.hpp"
#include "server/acceptor.hpp"
#include "server/query.hpp"
#include "server/request_target.hpp"
#include "server/service.hpp"
#include "server/socket_file.hpp"
#include "server/streamed_body.hpp"

#include <nlohmann/json.hpp>

#include <exception>
#include <memory>
#include <utility>

namespace md::control {
namespace {

namespace asio = base::asio;
using nlohmann::json;

constexpr std::string_view json_type = "application/json";

// The dump never throws: what is not UTF-8 is replaced.
std::string line_of(const json& message) {
    return message.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

server::Response refusal(unsigned status, const std::string& why) {
    server::Response response = server::plain(status, "");
    response.content_type = json_type;
    response.page = std::make_shared<const std::string>(line_of({{"error", why}}));
    response.body = *response.page;
    return response;
}

// What the client asks, on behalf of all clients.
class Answering {
public:
    Answering(asio::any_io_executor executor, Answerer answerer, ControlLimits limits)
        : executor_(std::move(executor)), answerer_(std::move(answerer)), limits_(limits) {}

    server::Response respond(const server::Request& request) const {
        const auto target = server::parse_target(request.target);
        const auto names = target ? server::query_values(target->query, "name") : std::nullopt;
        if (!names)
            return refusal(400, "malformed question");
        const Command* command = command_named(target->path.substr(1));
        if (command == nullptr)
            return refusal(404, "the daemon that runs does not know '" +
                                    base::printable(target->path) +
                                    "': mdcertd(8) has what it is asked; where mdcertd was "
                                    "updated, restart it");
        if (request.method != command->method)
            return refused_method(*command);
        return answer({command->name, *names});
    }

private:
    static server::Response refused_method(const Command& command) {
        server::Response response = refusal(405, "this is asked by " + std::string(command.method));
        response.headers.emplace_back("Allow", command.method);
        return response;
    }

    server::Response answer(ControlRequest question) const {
        auto body = std::make_shared<server::StreamedBody>(executor_);
        body->work = make(std::move(question), *body);
        server::Response response;
        response.status = 200;
        response.content_type = json_type;
        response.stream = std::move(body);
        return response;
    }

    base::Task<void> make(ControlRequest question, server::StreamedBody& body) const {
        co_await base::first_of(make_answer(std::move(question), body), show_life(body));
    }

    base::Task<void> make_answer(ControlRequest question, server::StreamedBody& body) const {
        std::string why;
        unsigned status = 409;
        try {
            const ProgressWriter progress(body);
            std::string text = co_await answerer_(std::move(question), progress);
            body.write(text + "\n");
            co_return;
        } catch (const base::Error& error) {
            why = error.what();
        } catch (const boost::system::system_error& error) {
            if (error.code() == asio::error::operation_aborted)
                throw;
            status = 500;
            why = error.what();
        } catch (const std::exception& error) {
            status = 500;
            why = error.what();
        }
        body.status = status;
        body.write(line_of({{"error", why}}));
    }

    base::Task<void> show_life(server::StreamedBody& body) const {
        asio::steady_timer timer(executor_);
        while (true) {
            timer.expires_after(limits_.sign_of_life);
            co_await timer.async_wait(asio::use_awaitable);
            body.write("\n");
        }
    }

    asio::any_io_executor executor_;
    Answerer answerer_;
    ControlLimits limits_;
};

// Ends by cancellation alone.
base::Task<void> rest(const asio::any_io_executor& executor) {
    asio::steady_timer never(executor, std::chrono::steady_clock::time_point::max());
    co_await never.async_wait(asio::use_awaitable);
}

}  // namespace

void ProgressWriter::tell(const std::string& text) const {
    body_->write(line_of({{"progress", text}}));
}

server::Limits ControlLimits::default_service() {
    server::Limits limits;
    limits.header_octets = 64 * 1024;
    limits.connections = limits.connections_per_peer = 512;
    limits.request_time = std::chrono::seconds{30};
    return limits;
}

base::Task<void> serve(std::string path, Answerer answerer, ControlLimits limits) {
    auto executor = co_await asio::this_coro::executor;
    server::SocketFile file(std::move(path));
    const Answering answering(executor, std::move(answerer), limits);
    auto respond = [&answering](const auto& request) { return answering.respond(request); };
    server::Service service(executor, respond, nullptr, limits.service);
    auto socket = server::ListeningSocket::adopt(file.release());
    auto acceptor = std::make_shared<server::Acceptor>(service, std::move(socket.value()), false);
    service.start(server::Acceptor::run(acceptor));
    std::exception_ptr cancelled;
    try {
        co_await rest(executor);
    } catch (...) {
        cancelled = std::current_exception();
    }
    acceptor->close();
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await service.end();
    std::rethrow_exception(cancelled);
}

}  // namespace md::control

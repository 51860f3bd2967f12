// SPDX-License-Identifier: Apache-2.0
#include "http/test_server.hpp"

#include "support/accepting.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>

#include <array>
#include <list>
#include <optional>
#include <string_view>

namespace md::test {
namespace {

using namespace accepting;

std::size_t body_size(const std::string& head) {
    auto at = head.find("\r\nContent-Length: ");
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + 18));
}

template <typename From, typename To>
Task<void> pump(From& from, To& to) {
    std::array<char, 4096> buffer{};
    ErrorCode failed;
    while (!failed) {
        std::size_t size = co_await from.async_read_some(asio::buffer(buffer),
                                                         redirect_error(use_awaitable, failed));
        if (!failed)
            co_await asio::async_write(to, asio::buffer(buffer, size),
                                       redirect_error(use_awaitable, failed));
    }
}

}  // namespace

Answer ok(const std::string& body) {
    return {"HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
            body};
}

class TestServer::Impl : public std::enable_shared_from_this<TestServer::Impl> {
public:
    Impl(asio::io_context& context, Script script, const std::string& address)
        : script_(std::move(script)),
          acceptor_(context, tcp::endpoint(asio::ip::make_address(address), 0)) {}

    void use_tls(const std::string& chain_pem, const crypto::PrivateKey& key) {
        tls_.emplace(ssl::context::tls_server);
        tls_->use_certificate_chain(asio::buffer(chain_pem));
        base::Secret pem = key.to_pem();
        tls_->use_private_key(asio::buffer(pem.reveal()), ssl::context::pem);
    }

    void stop() {
        ErrorCode ignored;
        acceptor_.close(ignored);
        close_all();
    }
    void close_all() {
        ErrorCode ignored;
        for (tcp::socket& socket : sockets_)
            socket.close(ignored);
    }
    std::uint16_t port() const { return port_; }
    std::string place() const {
        auto host = acceptor_address_.is_v6() ? "[" + acceptor_address_.to_string() + "]"
                                              : acceptor_address_.to_string();
        return (tls_ ? "https://" : "http://") + host + ":" + std::to_string(port_);
    }
    void start() {
        port_ = acceptor_.local_endpoint().port();
        acceptor_address_ = acceptor_.local_endpoint().address();
        auto take = [self = shared_from_this()](tcp::socket socket) {
            self->take(std::move(socket));
        };
        asio::co_spawn(acceptor_.get_executor(), accept_each(acceptor_, take), asio::detached);
    }

    int connections = 0, ended = 0;
    std::vector<std::string> requests;

private:
    using Socket = std::list<tcp::socket>::iterator;

    void take(tcp::socket socket) {
        ++connections;
        sockets_.push_back(std::move(socket));
        asio::co_spawn(acceptor_.get_executor(),
                       serve(shared_from_this(), std::prev(sockets_.end())), asio::detached);
    }

    static Task<void> serve(std::shared_ptr<Impl> self, Socket socket) {
        ErrorCode failed;
        if (self->tls_) {
            ssl::stream<tcp::socket&> stream(*socket, *self->tls_);
            co_await stream.async_handshake(ssl::stream_base::server,
                                            redirect_error(use_awaitable, failed));
            if (!failed) {
                Answer::Then then = co_await self->converse(stream, *socket);
                if (then == Answer::Then::close)
                    co_await stream.async_shutdown(redirect_error(use_awaitable, failed));
            }
        } else {
            co_await self->converse(*socket, *socket);
        }
        self->sockets_.erase(socket);
        ++self->ended;
    }

    template <typename Stream>
    Task<Answer::Then> converse(Stream& stream, tcp::socket& socket) {
        ErrorCode failed;
        std::string text;
        for (int number = 0;; ++number) {
            std::size_t head =
                co_await asio::async_read_until(stream, asio::dynamic_buffer(text), "\r\n\r\n",
                                                redirect_error(use_awaitable, failed));
            if (failed)
                co_return Answer::Then::cut;
            std::size_t whole = head + body_size(text.substr(0, head));
            if (text.size() < whole)
                co_await asio::async_read(stream, asio::dynamic_buffer(text),
                                          asio::transfer_exactly(whole - text.size()),
                                          redirect_error(use_awaitable, failed));
            requests.push_back(text.substr(0, whole));
            text.erase(0, whole);
            Answer answer = script_(requests.back(), number);
            co_await say(stream, answer, failed);
            if (answer.then == Answer::Then::tunnel)
                co_await tunnel(socket, answer.tunnel_port);
            if (answer.then == Answer::Then::wait)
                co_await asio::async_read(stream, asio::dynamic_buffer(text),
                                          redirect_error(use_awaitable, failed));
            if (answer.then != Answer::Then::keep_open || failed)
                co_return answer.then;
        }
    }

    // On loopback what was written is there to be read; after some turns of the loop it was.
    template <typename Stream>
    Task<void> say(Stream& stream, const Answer& answer, ErrorCode& failed) {
        std::string_view left = answer.octets;
        do {
            std::string_view piece = left.substr(0, answer.piece == 0 ? left.size() : answer.piece);
            co_await asio::async_write(stream, asio::buffer(piece),
                                       redirect_error(use_awaitable, failed));
            left.remove_prefix(piece.size());
            for (int turn = 0; turn < 4 && !left.empty(); ++turn)
                co_await asio::post(stream.get_executor(), use_awaitable);
        } while (!left.empty() && !failed);
    }

    Task<void> tunnel(tcp::socket& client, std::uint16_t to) {
        tcp::socket server(client.get_executor());
        ErrorCode failed;
        co_await server.async_connect({asio::ip::address_v4::loopback(), to},
                                      redirect_error(use_awaitable, failed));
        Task<void> there = pump(client, server);
        Task<void> back = pump(server, client);
        co_await base::first_of(std::move(there), std::move(back));
    }

    Script script_;
    tcp::acceptor acceptor_;
    asio::ip::address acceptor_address_;
    std::uint16_t port_ = 0;
    std::optional<ssl::context> tls_;
    std::list<tcp::socket> sockets_;
};

TestServer::TestServer(asio::io_context& context, Script script, const std::string& address)
    : impl_(std::make_shared<Impl>(context, std::move(script), address)) {
    impl_->start();
}

TestServer::TestServer(asio::io_context& context, Script script, const std::string& chain_pem,
                       const crypto::PrivateKey& key, const std::string& address)
    : impl_(std::make_shared<Impl>(context, std::move(script), address)) {
    impl_->use_tls(chain_pem, key);
    impl_->start();
}

TestServer::~TestServer() {
    stop();
}

std::uint16_t TestServer::port() const {
    return impl_->port();
}

std::string TestServer::url(const std::string& target) const {
    return impl_->place() + target;
}

int TestServer::connections() const {
    return impl_->connections;
}

int TestServer::ended() const {
    return impl_->ended;
}

const std::vector<std::string>& TestServer::requests() const {
    return impl_->requests;
}

void TestServer::close_idle() {
    impl_->close_all();
}

void TestServer::stop() {
    impl_->stop();
}

}  // namespace md::test

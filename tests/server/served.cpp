// SPDX-License-Identifier: Apache-2.0
// Blocking calls, bounded by the sockets' own time-outs.
#include "served.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <openssl/ssl.h>

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <future>
#include <memory>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace md::test {

Served::Served(Closed, server::Limits limits)
    : listener(
          loop.get_executor(),
          [this](const server::Request& request) {
              return respond ? respond(request) : server::refusal(404);
          },
          [this](const server::ClientHello& hello) {
              return offer ? offer(hello) : server::CertificateOffer{};
          },
          limits),
      work_(loop.get_executor()),
      thread_([this] { loop.run(); }) {}

Served::Served(server::Limits limits) : Served(Closed{}, limits) {
    on_loop([this] {
        listener.open({{{"", 0}}, {{"", 0}}});
        http_ = listener.http_ports().at(0);
        https_ = listener.https_ports().at(0);
    });
}

Served::~Served() {
    close();
}

void Served::close() {
    if (std::exchange(closed_, true))
        return;
    auto ended = base::asio::co_spawn(loop, listener.close(), boost::asio::use_future);
    ended.get();
    work_.reset();
    thread_.join();
}

void Served::on_loop(const std::function<void()>& function) {
    std::packaged_task<void()> task(function);
    auto done = task.get_future();
    boost::asio::post(loop, [&task] { task(); });
    done.get();
}

void Visitor::open(int family) {
    descriptor_ = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    timeval limit{patience.count(), 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

Visitor::Visitor(const std::string& path) {
    open(AF_UNIX);
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    path.copy(name.sun_path, sizeof name.sun_path - 1);
    if (::connect(descriptor_, reinterpret_cast<sockaddr*>(&name), sizeof name) != 0)
        throw std::runtime_error("cannot connect to " + path);
}

Visitor::Visitor(std::uint16_t port, const char* address) {
    bool v6 = std::string_view(address).find(':') != std::string_view::npos;
    open(v6 ? AF_INET6 : AF_INET);
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(port);
    sockaddr_in four{};
    four.sin_family = AF_INET;
    four.sin_port = htons(port);
    ::inet_pton(v6 ? AF_INET6 : AF_INET, address,
                v6 ? static_cast<void*>(&six.sin6_addr) : static_cast<void*>(&four.sin_addr));
    auto* name = v6 ? reinterpret_cast<sockaddr*>(&six) : reinterpret_cast<sockaddr*>(&four);
    socklen_t size = v6 ? sizeof six : sizeof four;
    if (::connect(descriptor_, name, size) != 0)
        throw std::runtime_error("cannot connect to port " + std::to_string(port));
}

Visitor::Visitor(Visitor&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), received_(std::move(other.received_)) {}

Visitor::~Visitor() {
    if (descriptor_ >= 0)
        ::close(descriptor_);
}

void Visitor::send(std::string_view octets) {
    while (!octets.empty()) {
        auto count = ::send(descriptor_, octets.data(), octets.size(), MSG_NOSIGNAL);
        if (count < 0 && errno == EAGAIN)
            throw std::runtime_error("nobody reads");
        if (count < 0)
            return;
        octets.remove_prefix(static_cast<std::size_t>(count));
    }
}

void Visitor::finish_sending() {
    ::shutdown(descriptor_, SHUT_WR);
}

bool Visitor::receive() {
    std::array<char, 4096> buffer;
    auto count = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
    if (count < 0 && errno == EAGAIN)
        throw std::runtime_error("no answer; so far: " + received_);
    if (count > 0)
        received_.append(buffer.data(), static_cast<std::size_t>(count));
    return count > 0;
}

std::string Visitor::answer(bool with_body) {
    std::size_t end;
    while ((end = received_.find("\r\n\r\n")) == std::string::npos)
        if (!receive())
            return std::exchange(received_, {});
    std::size_t field = received_.find("Content-Length: "), whole = end + 4;
    if (with_body && field < end)
        whole += std::strtoul(received_.c_str() + field + 16, nullptr, 10);
    while (received_.size() < whole)
        if (!receive())
            break;
    std::string result = received_.substr(0, whole);
    received_.erase(0, whole);
    return result;
}

std::string Visitor::rest() {
    while (receive()) {
    }
    return std::exchange(received_, {});
}

std::string say(std::uint16_t port, std::string_view octets) {
    Visitor visitor(port);
    visitor.send(octets);
    visitor.finish_sending();
    return visitor.rest();
}

std::string get(std::string_view target, std::string_view host, std::string_view more) {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: " + std::string(host) + "\r\n" +
           std::string(more) + "\r\n";
}

std::string client_hello(const std::string& name, const std::string& protocol) {
    std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context(SSL_CTX_new(TLS_client_method()),
                                                         SSL_CTX_free);
    std::unique_ptr<SSL, void (*)(SSL*)> ssl(SSL_new(context.get()), SSL_free);
    std::string list = static_cast<char>(protocol.size()) + protocol;
    SSL_set_alpn_protos(ssl.get(), reinterpret_cast<const unsigned char*>(list.data()),
                        static_cast<unsigned>(list.size()));
    SSL_set_tlsext_host_name(ssl.get(), name.c_str());
    BIO* out = BIO_new(BIO_s_mem());
    SSL_set_bio(ssl.get(), BIO_new(BIO_s_mem()), out);
    SSL_connect(ssl.get());
    char* data = nullptr;
    long size = BIO_get_mem_data(out, &data);
    return {data, static_cast<std::size_t>(size)};
}

std::string status_of(std::string_view answer) {
    return answer.starts_with("HTTP/1.1 ") ? std::string(answer.substr(9, 3)) : "";
}

std::string body_of(std::string_view answer) {
    std::size_t end = answer.find("\r\n\r\n");
    return end == std::string_view::npos ? "" : std::string(answer.substr(end + 4));
}

}  // namespace md::test

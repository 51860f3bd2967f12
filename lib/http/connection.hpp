// SPDX-License-Identifier: Apache-2.0
// One HTTP/1.1 connection to an origin, plain or TLS, direct or through a proxy (RFC 9112). It
// carries one exchange after the other; what it throws says the reason alone, without the request.
#pragma once

#include "http/beast_transport.hpp"
#include "http/proxy.hpp"

#include <memory>
#include <optional>
#include <string>

namespace boost::asio::ssl {
class context;
}

namespace md::http {

// The other end closed the connection before a single octet of the answer, or what came is none: on
// a kept connection, octets that nobody asked for.
class ClosedUnanswered : public TransportError {
public:
    explicit ClosedUnanswered(const std::string& what)
        : TransportError(what, TransportFault::unanswered) {}
};

// What all connections of a transport have in common.
struct ConnectionRoute {
    base::asio::any_io_executor executor;
    TransportOptions options;
    std::shared_ptr<base::asio::ssl::context> tls;
    std::optional<Proxy> proxy;
};

class Wire;
class AnswerReader;

class Connection {
public:
    // The route outlives the connection.
    explicit Connection(const ConnectionRoute& route);
    ~Connection();

    // Resolves, connects, opens the proxy's tunnel, shakes hands. Throws TransportError.
    base::Task<void> open(Url url);
    // The request in its final octets. A HEAD answer has no body, whatever its header says.
    base::Task<HttpResponse> exchange(std::string request, bool head);

    // The last exchange left it fit for another one.
    bool reusable() const { return reusable_; }
    // Nothing has arrived since, as far as the kernel knows: neither an end nor plain octets.
    bool still_quiet() const;

private:
    base::Task<void> connect(Url url);
    base::Task<void> open_tunnel(Url target);

    const ConnectionRoute& route_;
    std::unique_ptr<Wire> wire_;
    std::unique_ptr<AnswerReader> reader_;
    bool reusable_ = false;
};

}  // namespace md::http

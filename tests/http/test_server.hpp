// SPDX-License-Identifier: Apache-2.0
// A small HTTP server on loopback that says exactly what the test wants, octet for octet, on the
// client's own io_context. Also a proxy: an answer may open a tunnel.
#pragma once

#include "crypto/certificate.hpp"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace md::test {

struct Answer {
    std::string octets;
    enum class Then {
        keep_open,
        close,  // politely: close_notify where there is TLS
        cut,    // without close_notify
        wait,   // for the client to end it
        tunnel  // to tunnel_port on 127.0.0.1
    } then = Then::keep_open;
    std::uint16_t tunnel_port = 0;
    std::size_t piece = 0;  // that many octets at once, each time the client has read; 0 for all
};

// "HTTP/1.1 200 OK" with this body.
Answer ok(const std::string& body);

class TestServer {
public:
    // The head of the request with its body, and the how manyth of its connection it is (from 0).
    using Script = std::function<Answer(const std::string& request, int number)>;

    TestServer(boost::asio::io_context& context, Script script,
               const std::string& address = "127.0.0.1");
    // The same over TLS, with a chain in PEM.
    TestServer(boost::asio::io_context& context, Script script, const std::string& chain_pem,
               const crypto::PrivateKey& key, const std::string& address = "127.0.0.1");
    ~TestServer();

    std::uint16_t port() const;
    std::string url(const std::string& target = "/") const;  // on 127.0.0.1 or [::1]

    int connections() const;  // accepted so far
    int ended() const;        // of these, gone
    const std::vector<std::string>& requests() const;

    // Ends the connection that waits for its next request, as an idle limit does.
    void close_idle();
    // Stops listening and ends all connections, so that the io_context runs dry.
    void stop();

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace md::test

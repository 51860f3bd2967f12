// SPDX-License-Identifier: Apache-2.0
// Transport over Beast: HTTP/1.1, connections kept alive and reused per origin, TLS verified
// against the system's roots or a file, optionally through a forward proxy (RFC 9110 §9.3.6, RFC
// 9112 §3.2.2).
#pragma once

#include "http/transport.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace md::http {

struct TransportOptions {
    std::string ca_file;     // PEM roots; "" = the system's
    std::string proxy;       // http URL of a forward proxy, credentials allowed; "" = none
    std::string connect_to;  // this address instead of those of the URL's host; "" = those
    std::string user_agent = "mdcertd/" MDCERTD_VERSION;
    std::chrono::milliseconds connect_limit{30'000};  // resolving, connecting, proxy, TLS together
    std::chrono::milliseconds request_limit{60'000};  // first octet sent to last received
    std::size_t header_limit = 16 * 1024;             // octets
    std::size_t body_limit = 1024 * 1024;             // octets; more is a TransportError
    std::chrono::milliseconds idle_limit{30'000};     // a connection kept longer is not reused
    unsigned connections_per_origin = 8;              // kept when idle
};

class BeastTransport final : public Transport {
public:
    // Throws crypto::CryptoError naming the file when ca_file cannot be read, base::Error when the
    // proxy's URL is none.
    BeastTransport(base::asio::any_io_executor executor, TransportOptions options);
    ~BeastTransport() override;

    // A kept connection that ends before anything of the answer has arrived is replaced by a fresh
    // one for GET and HEAD (RFC 9110 §9.2.2), once, and the answer says so. A POST may have been
    // heeded: it fails with TransportFault::unanswered.
    base::Task<HttpResponse> send(HttpRequest request) override;

    // Closes what is kept idle. Nothing else does while nothing is sent: call it when a round of
    // work is done.
    void close_idle() override;

private:
    class Impl;
    std::shared_ptr<Impl> impl_;  // a send in flight owns it too
};

}  // namespace md::http

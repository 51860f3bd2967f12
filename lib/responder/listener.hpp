// SPDX-License-Identifier: Apache-2.0
// The daemon's own ports: accepts, bounds and times out strangers, parses their requests and sends
// what answer() says; on the TLS port shows the RFC 8737 certificate, the MD's own, or a fallback.
#pragma once

#include "base/task.hpp"
#include "crypto/certificate.hpp"
#include "crypto/private_key.hpp"
#include "responder/answer.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace md::responder {

// A certificate to serve for the names of an MD.
struct Credentials {
    std::vector<crypto::Certificate> chain;  // leaf first
    crypto::PrivateKey key;
};
// Asked once per handshake for a managed name (SNI, lower case); nullopt: a fallback is made up.
using CredentialsFor = std::function<std::optional<Credentials>(const std::string& name)>;

struct Limits {
    std::size_t header_octets = 8 * 1024;
    std::chrono::seconds request_time{10};
    unsigned connections = 1000;  // at once, per port kind; the longest idle gives way
    unsigned connections_per_peer = 100;
};

// One port of the map that could not be opened, and why: becomes a warning and an obstacle.
struct BindFailure {
    std::string endpoint;  // "[::]:80"
    std::string reason;    // "Address already in use"
};

class Listener {
public:
    Listener(base::asio::any_io_executor executor, const ChallengeBoard& board, Limits limits = {});
    ~Listener();

    // What to answer and serve from now on; may be called at any time (activation, reload).
    void set_sites(Sites sites);
    void set_credentials(CredentialsFor credentials);

    // Opens what is wanted and not yet open, closes what is no longer wanted; others stay
    // untouched. An endpoint is "address:port" with "" = all addresses (IPv6 and IPv4). Port 0: the
    // kernel picks (tests). Returns those that could not be opened.
    struct Endpoints {
        std::vector<std::pair<std::string, std::uint16_t>> http, https;
    };
    std::vector<BindFailure> open(const Endpoints& wanted);
    // Listening sockets passed by systemd; used before any is opened. Takes ownership of the
    // descriptors.
    void adopt(int descriptor);

    // The local ports really listened on; empty: the challenge cannot work.
    std::vector<std::uint16_t> http_ports() const;
    std::vector<std::uint16_t> https_ports() const;

    // Stops accepting and ends all connections.
    void close();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace md::responder

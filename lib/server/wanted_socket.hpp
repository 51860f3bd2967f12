// SPDX-License-Identifier: Apache-2.0
// Which listening sockets an "address:port" of the configuration stands for, and the name of each.
// Pure.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace md::server {

struct WantedSocket {
    bool over_tls = false;
    boost::asio::ip::address address;
    std::uint16_t port = 0;
    bool is_half = false;   // the other family's, of the same name, is wanted with it
    std::string path = {};  // of a Unix socket, which has neither address nor port

    bool is_unix() const { return !path.empty(); }
    // "192.0.2.1:80", "[::]:80", "unix:/run/mdcertd/http.sock"
    std::string text() const;

    bool operator==(const WantedSocket& other) const {
        return over_tls == other.over_tls && address == other.address && port == other.port &&
               path == other.path;
    }
};

// Two for "", "*" and "localhost" (IPv4 and IPv6), one for an address, IPv6 with or without
// brackets; none for what is no IP address.
std::vector<WantedSocket> wanted_sockets(const std::string& address, std::uint16_t port,
                                         bool over_tls);

// `Listen 80` beside `Listen 192.0.2.1:80`: one socket serves both. Twice the same: once.
std::vector<WantedSocket> without_covered(const std::vector<WantedSocket>& wanted);

// "192.0.2.1:80", "[::]:80"
std::string text_of(const boost::asio::ip::tcp::endpoint& endpoint);

}  // namespace md::server

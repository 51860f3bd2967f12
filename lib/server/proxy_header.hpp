// SPDX-License-Identifier: Apache-2.0
// The header that a load balancer puts in front of a connection (PROXY protocol, versions 1 and 2):
// whom it passes on. Pure; read octet by octet, as what follows belongs to TLS or HTTP.
#pragma once

#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace md::server {

// Version 2 could be longer; what is longer carries nothing that is of use here.
constexpr std::size_t longest_proxy_header = 536;

struct ProxyHeader {
    enum class HeaderState { more, whole, malformed };
    HeaderState state = HeaderState::more;
    std::size_t wanted = 0;  // more: at least so many more octets belong to it
    // whole: of the client; none where the balancer speaks for itself (LOCAL, UNKNOWN, UNSPEC), or
    // the client has none (a Unix socket).
    std::optional<boost::asio::ip::address> source;
    std::string reason;  // malformed: why
};

// What the octets, all of them, come to.
ProxyHeader parse_proxy_header(std::string_view octets);

// Whether octets that were expected to be something else begin like such a header.
bool begins_like_proxy_header(std::string_view octets);

}  // namespace md::server

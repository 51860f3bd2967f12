// SPDX-License-Identifier: Apache-2.0
// Connecting to a host with several addresses (RFC 8305, "Happy Eyeballs"): the next one is tried
// beside those that have not answered yet, so that a silent address costs a quarter of a second.
#pragma once

#include "http/resolve.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <chrono>

namespace md::http {

// RFC 8305 §5: "Connection Attempt Delay".
constexpr std::chrono::milliseconds attempt_delay{250};

// RFC 8305 §4: the families by turns, beginning with that of the first; each in its given order.
Endpoints interleaved(const Endpoints& endpoints);

// The first connection that stands; the others are given up. The next address is tried as soon as
// the last one failed, or after `delay`. Throws TransportError with the reason of the last to fail.
base::Task<boost::asio::ip::tcp::socket> connect_first(
    Endpoints endpoints, std::chrono::milliseconds delay = attempt_delay);

}  // namespace md::http

// SPDX-License-Identifier: Apache-2.0
// Names to addresses. Asio's resolver cannot be left while the system still waits for a name
// server, which would hold up time-outs and the end of the daemon; this one can.
#pragma once

#include "base/task.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace md::http {

using Endpoints = std::vector<boost::asio::ip::tcp::endpoint>;

// In the order to try them (RFC 6724), at least one. Numeric addresses are taken as they are; else
// the system is asked on a thread of its own, which a cancelled wait leaves behind to end by
// itself. Throws TransportError.
base::Task<Endpoints> resolve(std::string host, std::uint16_t port);

}  // namespace md::http

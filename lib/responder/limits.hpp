// SPDX-License-Identifier: Apache-2.0
// How much of the responder strangers may have.
#pragma once

#include <chrono>
#include <cstddef>

namespace md::responder {

struct Limits {
    std::size_t header_octets = 8 * 1024;  // request line and fields together
    std::size_t body_octets = 8 * 1024;    // read and thrown away: nothing here takes a body
    std::chrono::milliseconds request_time{10'000};  // until it is complete; a TLS handshake too
    unsigned connections = 1000;  // at once, per port kind; the longest idle gives way
    unsigned connections_per_peer = 100;
    unsigned requests_per_connection = 1000;
};

}  // namespace md::responder

// SPDX-License-Identifier: Apache-2.0
// How much of a service its clients may have.
#pragma once

#include <chrono>
#include <cstddef>

namespace md::server {

struct Limits {
    std::size_t header_octets = 8 * 1024;  // request line and fields together
    std::size_t body_octets = 8 * 1024;    // read and thrown away: nothing here takes a body
    std::chrono::milliseconds request_time{10'000};  // until it is complete; a TLS handshake too
    // At once; the longest idle gives way. One that is in the middle of its TLS handshake takes
    // some 70 KiB, any other 2 to 10.
    unsigned connections = 1000;
    unsigned tls_connections = 250;
    unsigned connections_per_peer = 100;
    unsigned requests_per_connection = 1000;
};

}  // namespace md::server

// SPDX-License-Identifier: Apache-2.0
// The seam between what is said to a CA and how it travels. Real: beast_transport. In tests: the
// scripted CA (tests/support/scripted_transport.hpp).
#pragma once

#include "base/error.hpp"
#include "base/task.hpp"
#include "http/message.hpp"

namespace md::http {

// The request may or may not have reached the server: name resolution, connection, TLS, time-out, a
// broken or oversized answer. what() says "POST https://ca.example/acme/new-order: REASON".
class TransportError : public base::Error {
public:
    using base::Error::Error;
};

class Transport {
public:
    virtual ~Transport() = default;
    // One request, one answer, whatever its status. Redirects are answers too. Throws
    // TransportError. Any number of sends may be awaited at once.
    virtual base::Task<Response> send(Request request) = 0;
    // A round of work is done: connections that are kept for the next request may go.
    virtual void close_idle() {}
};

}  // namespace md::http

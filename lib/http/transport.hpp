// SPDX-License-Identifier: Apache-2.0
// The seam between what is said to a CA and how it travels. Real: beast_transport. In tests: the
// scripted CA (tests/support/scripted_transport.hpp).
#pragma once

#include "base/error.hpp"
#include "base/task.hpp"
#include "http/message.hpp"

namespace md::http {

// What stood in the way, as far as it makes a difference to who has to mend it.
enum class TransportFault {
    other,       // a broken or oversized answer, a time-out, a handshake
    unanswered,  // a kept connection ended without an answer: what was asked for may have been done
    no_address,  // the server's name does not resolve
    unreachable,  // no connection
    untrusted,    // the server's certificate is of an issuer that is not trusted
    other_host,   // ... is for another name
    outdated,     // ... has expired, or is not valid yet
    proxy,        // the proxy cannot be reached, or refuses
};

// The request may or may not have reached the server: name resolution, connection, TLS, time-out, a
// broken or oversized answer. what() says "POST https://ca.example/acme/new-order: REASON".
class TransportError : public base::Error {
public:
    explicit TransportError(const std::string& what, TransportFault fault = TransportFault::other)
        : base::Error(what), fault_(fault) {}
    TransportFault fault() const { return fault_; }

private:
    TransportFault fault_;
};

class Transport {
public:
    virtual ~Transport() = default;
    // One request, one answer, whatever its status. Redirects are answers too. Throws
    // TransportError. Any number of sends may be awaited at once. A POST is never repeated here:
    // the caller alone knows what is safe to ask for twice.
    virtual base::Task<HttpResponse> send(HttpRequest request) = 0;
    // A round of work is done: connections that are kept for the next request may go.
    virtual void close_idle() {}
};

}  // namespace md::http

// SPDX-License-Identifier: Apache-2.0
// Listening sockets, plain and TLS, as they are wanted from time to time: accepts, bounds and times
// out clients, parses their requests and sends what the responding part says.
#pragma once

#include "base/task.hpp"
#include "model/address_range.hpp"
#include "server/exchange.hpp"
#include "server/limits.hpp"
#include "server/server_tls.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace md::server {

// An endpoint that could not be opened, and why.
struct BindFailure {
    std::string endpoint;  // "[::]:80"
    std::string reason;    // "Address already in use"
};

// An IP address and a port each, with "" or "*" = all addresses, "localhost" = loopback (IPv6 and
// IPv4; that the machine lacks one of them is no failure). Port 0: the kernel picks (tests).
struct ListenEndpoints {
    std::vector<std::pair<std::string, std::uint16_t>> http, https;
    std::string http_socket = {};  // path of a Unix socket for what comes to port 80; "" = none
};

class Listener {
public:
    // Without `offer_certificate` no TLS port may be wanted. The limits are lowered when the
    // process may not open as many files: half of those remain for the rest of it. Throws
    // CryptoError.
    Listener(base::asio::any_io_executor executor, Respond respond,
             OfferCertificate offer_certificate, Limits limits = {});
    // After close(), where anything was opened.
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    // MDProxyProtocol.
    void set_proxies(model::ProxySources proxies);

    // Opens what is wanted and not yet open, closes what is no longer wanted; others stay
    // untouched. Returns those that could not be opened.
    std::vector<BindFailure> open(const ListenEndpoints& wanted);
    // Tries once more what the last open() left undone, and returns what is open now of it.
    std::vector<std::string> retry();
    // On ports opened from now on nothing is accepted until admit(): clients wait in the kernel's
    // queue, so that none is shown a fallback because the certificates are not known yet.
    void hold();
    void admit();
    // Listening sockets passed by systemd; at the next open() one serves whatever is wanted on its
    // port, whichever address it is bound to, or at its path. Takes ownership of the descriptor.
    void adopt(int descriptor);

    // The local ports really listened on; empty: the challenge cannot work.
    std::vector<std::uint16_t> http_ports() const;
    std::vector<std::uint16_t> https_ports() const;

    // Why validators cannot come to the port: "port 80 (local 5080) could not be bound: Address
    // already in use", "... could not be bound on [::]:5080: ...", "MDPortMap closes port 80"; or
    // "" when they can. It takes every address family that this machine has: a validator chooses
    // which one it comes by. A Unix socket is a port in this.
    std::string http_reason() const;
    std::string https_reason() const;

    // Ends all connections, and goes on accepting.
    void disconnect();
    // Stops accepting, ends all connections and awaits that. Whoever may be cancelled says
    // throw_if_cancelled(false) before. Nothing is opened any more.
    base::Task<void> close();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace md::server

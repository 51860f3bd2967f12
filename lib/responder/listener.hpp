// SPDX-License-Identifier: Apache-2.0
// The daemon's own ports: accepts, bounds and times out strangers, parses their requests and sends
// what answer() says; on the TLS port shows the RFC 8737 certificate, the MD's own, or a fallback.
#pragma once

#include "base/task.hpp"
#include "model/address_range.hpp"
#include "responder/answer.hpp"
#include "responder/credentials.hpp"
#include "responder/limits.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace md::responder {

// One port of the map that could not be opened, and why: becomes a warning and an obstacle.
struct BindFailure {
    std::string endpoint;  // "[::]:80"
    std::string reason;    // "Address already in use"
};

class Listener {
public:
    // The board outlives the listener. The limits are lowered when the process may not open as many
    // files: half of those remain for the rest of the daemon. Throws CryptoError.
    Listener(base::asio::any_io_executor executor, const ChallengeBoard& board, Limits limits = {});
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    // What to answer and serve from now on; may be called at any time (activation, reload).
    void set_sites(Sites sites);
    void set_site(const std::string& name, Site site);  // one of them
    void set_credentials(CredentialsFor credentials);
    // MDHealthPath ("" = none) and MDProxyProtocol.
    void set_health_path(std::string path);
    void set_proxies(model::ProxySources proxies);
    // What its ports answer instead: they are for other things than challenges. Not called any more
    // once close() was.
    void set_answers(Answers answers);

    // Opens what is wanted and not yet open, closes what is no longer wanted; others stay
    // untouched. An endpoint is an IP address and a port, with "" or "*" = all addresses,
    // "localhost" = loopback (IPv6 and IPv4; that the machine lacks one of them is no failure).
    // Port 0: the kernel picks (tests). Returns those that could not be opened.
    struct Endpoints {
        std::vector<std::pair<std::string, std::uint16_t>> http, https;
        std::string http_socket = {};  // path of a Unix socket for what comes to port 80; "" = none
    };
    std::vector<BindFailure> open(const Endpoints& wanted);
    // Tries once more what the last open() left undone, and returns what is open now of it.
    std::vector<std::string> retry();
    // On ports opened from now on nobody is let in until admit(): who comes waits in the kernel's
    // queue, so that nobody is shown a fallback because the certificates are not known yet.
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
    std::string http_obstacle() const;
    std::string https_obstacle() const;

    // Stops accepting and ends all connections; sockets that were passed to us are kept.
    void close();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace md::responder

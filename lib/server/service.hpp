// SPDX-License-Identifier: Apache-2.0
// What all connections of a listener share: what is responded and offered, which are open and for
// how long, and the date. Acceptors and sessions are its children, which end() awaits.
#pragma once

#include "base/nursery.hpp"
#include "base/task.hpp"
#include "model/address_range.hpp"
#include "server/connection_limits.hpp"
#include "server/exchange.hpp"
#include "server/limits.hpp"
#include "server/server_tls.hpp"

#include <boost/asio/ip/address.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace md::server {

// Of what connected; what comes by a Unix socket has none.
using PeerAddress = std::optional<base::asio::ip::address>;

class Service {
public:
    // Without `offer_certificate` nothing is accepted over TLS. Throws CryptoError.
    Service(const base::asio::any_io_executor& executor, Respond respond,
            OfferCertificate offer_certificate, Limits limits);

    const Limits& limits() const { return limits_; }
    const base::asio::any_io_executor& executor() const { return executor_; }
    ServerTls& tls() { return *tls_; }
    Response respond(const Request& request) const { return respond_(request); }

    void set_proxies(model::ProxySources proxies) { proxies_ = std::move(proxies); }
    // Whether this peer has to say first whom it passes on.
    bool is_proxy(const PeerAddress& peer) const;
    // Tells of a PROXY header that is not understood, or not asked for; once a minute at most.
    void report_proxy_header(const PeerAddress& peer, const std::string& reason,
                             std::string_view arrived);
    // The present time as HTTP writes it; valid until the next call.
    std::string_view date();

    // The stream is closed when its time is over, or to make room. One without an address comes by
    // a server that proxies, for any client: it has no share of its own to use up.
    ConnectionLimits::Slot enter(bool over_tls, const PeerAddress& peer, Stream& stream);
    // As which peer an address counts.
    static ConnectionLimits::Peer peer_of(const base::asio::ip::address& address);
    ConnectionLimits& connections(bool over_tls) { return over_tls ? tls_ones_ : plain_ones_; }

    // An acceptor or a session: what it throws is logged.
    void start(base::Task<void> child);
    // Closes all connections, which end then by themselves.
    void evict_all();
    // The same, and waits until no child is left. Every acceptor has been closed before.
    base::Task<void> end();

private:
    // While there are connections: closes those whose time is over. The first is waited for since
    // `oldest`.
    base::Task<void> evict_overdue(ConnectionLimits::Time oldest);
    std::optional<ConnectionLimits::Time> oldest() const;

    base::asio::any_io_executor executor_;
    Respond respond_;
    Limits limits_;
    model::ProxySources proxies_;
    std::optional<ConnectionLimits::Time> reported_;
    std::optional<ServerTls> tls_;
    ConnectionLimits plain_ones_, tls_ones_;
    base::asio::steady_timer eviction_;
    bool evicting_ = false, ended_ = false;
    std::uint64_t without_address_ = 0;
    std::string date_;
    std::chrono::sys_seconds date_time_{};
    base::Nursery children_;
};

}  // namespace md::server

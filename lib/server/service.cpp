// SPDX-License-Identifier: Apache-2.0
// One timer serves all connections: their times run out in the order in which they wait.
#include "server/service.hpp"

#include "base/log.hpp"
#include "base/printable.hpp"
#include "base/time_text.hpp"
#include "server/stream.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace md::server {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::minutes between_reports{1};
constexpr std::size_t most_shown = 48;  // octets of what arrived

model::AddressOctets octets_of(const base::asio::ip::address& address) {
    if (address.is_v6())
        return address.to_v6().to_bytes();
    model::AddressOctets octets{};
    octets[10] = octets[11] = 0xff;
    const auto bytes = address.to_v4().to_bytes();
    std::copy(bytes.begin(), bytes.end(), octets.begin() + 12);
    return octets;
}

// No address of a peer: those of multicast send nothing.
ConnectionLimits::Peer peer_without_address(std::uint64_t number) {
    return ConnectionLimits::Peer{0xff} << 56 | number;
}

void log_failure(std::exception_ptr failed) {
    if (!failed)
        return;
    try {
        std::rethrow_exception(failed);
    } catch (const std::exception& error) {
        log::warn("a connection ended badly", log::kv("reason", error.what()));
    }
}

}  // namespace

Service::Service(const base::asio::any_io_executor& executor, Respond respond,
                 OfferCertificate offer_certificate, Limits limits)
    : executor_(executor),
      respond_(std::move(respond)),
      limits_(limits),
      plain_ones_(limits.connections, limits.connections_per_peer),
      tls_ones_(limits.tls_connections, limits.connections_per_peer),
      eviction_(executor),
      children_(executor) {
    if (offer_certificate)
        tls_.emplace(std::move(offer_certificate));
}

bool Service::is_proxy(const PeerAddress& peer) const {
    return peer ? !proxies_.empty() && proxies_.contains(octets_of(*peer)) : proxies_.unix_socket;
}

void Service::report_proxy_header(const PeerAddress& peer, const std::string& reason,
                                  std::string_view arrived) {
    const auto now = steady_clock::now();
    if (reported_ && now < *reported_ + between_reports)
        return;
    reported_ = now;
    log::warn("a connection was refused for its PROXY header",
              log::kv("peer", peer ? peer->to_string() : "the Unix socket"),
              log::kv("reason", reason),
              log::kv("arrived", base::printable(arrived.substr(0, most_shown))));
}

std::string_view Service::date() {
    auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    if (now != date_time_) {
        date_ = base::http_date(now);
        date_time_ = now;
    }
    return date_;
}

ConnectionLimits::Peer Service::peer_of(const base::asio::ip::address& address) {
    if (address.is_v4())
        return ConnectionLimits::Peer{0xffff} << 32 | address.to_v4().to_uint();
    auto octets = address.to_v6().to_bytes();
    ConnectionLimits::Peer prefix = 0;
    for (std::size_t i = 0; i < 8; ++i)
        prefix = prefix << 8 | octets[i];
    if (address.to_v6().is_v4_mapped())
        for (std::size_t i = 10; i < 16; ++i)
            prefix = prefix << 8 | octets[i];
    return prefix;
}

ConnectionLimits::Slot Service::enter(bool over_tls, const PeerAddress& peer, Stream& stream) {
    const auto now = steady_clock::now();
    if (ended_)
        stream.close();
    if (!std::exchange(evicting_, true))
        start(evict_overdue(now));
    const bool is_one_peer = peer && !is_proxy(peer);
    const ConnectionLimits::Peer key =
        is_one_peer ? peer_of(*peer) : peer_without_address(++without_address_);
    return connections(over_tls).enter(key, stream, now);
}

void Service::start(base::Task<void> child) {
    children_.start(std::move(child), log_failure);
}

void Service::evict_all() {
    plain_ones_.evict_all();
    tls_ones_.evict_all();
    eviction_.cancel();
}

base::Task<void> Service::end() {
    ended_ = true;
    evict_all();
    co_await children_.join();
}

std::optional<ConnectionLimits::Time> Service::oldest() const {
    const auto plain = plain_ones_.oldest(), over_tls = tls_ones_.oldest();
    if (!plain || !over_tls)
        return plain ? plain : over_tls;
    return std::min(*plain, *over_tls);
}

base::Task<void> Service::evict_overdue(ConnectionLimits::Time first) {
    for (std::optional<ConnectionLimits::Time> next = first; next && !ended_; next = oldest()) {
        eviction_.expires_at(*next + limits_.request_time);
        boost::system::error_code ignored;
        co_await eviction_.async_wait(
            base::asio::redirect_error(base::asio::use_awaitable, ignored));
        const auto overdue = steady_clock::now() - limits_.request_time;
        plain_ones_.evict_waiting_since(overdue);
        tls_ones_.evict_waiting_since(overdue);
    }
    evicting_ = false;
}

}  // namespace md::server

// SPDX-License-Identifier: Apache-2.0
// One timer serves all connections: their times run out in the order in which they wait.
#include "responder/reception.hpp"

#include "base/log.hpp"
#include "base/printable.hpp"
#include "base/time_text.hpp"

#include <algorithm>
#include <utility>

namespace md::responder {
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
Crowd::Peer peer_without_address(std::uint64_t number) {
    return Crowd::Peer{0xff} << 56 | number;
}

}  // namespace

Reception::Reception(const base::asio::any_io_executor& executor, const ChallengeBoard& board,
                     Limits limits)
    : executor_(executor),
      board_(board),
      limits_(limits),
      tls_(board_, sites_),
      plain_crowd_(limits.connections, limits.connections_per_peer),
      tls_crowd_(limits.tls_connections, limits.connections_per_peer),
      sweep_timer_(executor) {}

void Reception::set_sites(Sites sites) {
    sites_ = std::move(sites);
    tls_.identities().forget();
}

void Reception::set_site(const std::string& name, Site site) {
    sites_.add(name, site);
    tls_.identities().forget();
}

bool Reception::is_proxy(const std::optional<base::asio::ip::address>& peer) const {
    return peer ? !proxies_.empty() && proxies_.contains(octets_of(*peer)) : proxies_.unix_socket;
}

void Reception::report_proxy_header(const std::optional<base::asio::ip::address>& peer,
                                    const std::string& reason, std::string_view arrived) {
    const auto now = steady_clock::now();
    if (reported_ && now < *reported_ + between_reports)
        return;
    reported_ = now;
    log::warn("a connection was refused for its PROXY header",
              log::kv("peer", peer ? peer->to_string() : "the Unix socket"),
              log::kv("reason", reason),
              log::kv("arrived", base::printable(arrived.substr(0, most_shown))));
}

void Reception::note_validation(const std::string& name) const {
    const Posting* posting = board_.tls(name);
    if (posting != nullptr && posting->on_seen)
        posting->on_seen();
}

std::string_view Reception::date() {
    auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    if (now != date_time_) {
        date_ = base::http_date(now);
        date_time_ = now;
    }
    return date_;
}

Crowd::Peer Reception::peer_of(const base::asio::ip::address& address) {
    if (address.is_v4())
        return Crowd::Peer{0xffff} << 32 | address.to_v4().to_uint();
    auto octets = address.to_v6().to_bytes();
    Crowd::Peer prefix = 0;
    for (std::size_t i = 0; i < 8; ++i)
        prefix = prefix << 8 | octets[i];
    if (address.to_v6().is_v4_mapped())
        for (std::size_t i = 10; i < 16; ++i)
            prefix = prefix << 8 | octets[i];
    return prefix;
}

Crowd::Place Reception::enter(bool over_tls, const std::optional<base::asio::ip::address>& peer,
                              Crowd::Dismiss dismiss) {
    auto now = steady_clock::now();
    if (!watching_)
        watch_from(now);
    const bool is_one_peer = peer && !is_proxy(peer);
    const Crowd::Peer key = is_one_peer ? peer_of(*peer) : peer_without_address(++without_address_);
    return crowd(over_tls).enter(key, std::move(dismiss), now);
}

void Reception::end() {
    plain_crowd_.dismiss_all();
    tls_crowd_.dismiss_all();
    sweep_timer_.cancel();
}

void Reception::watch_from(steady_clock::time_point oldest) {
    watching_ = true;
    sweep_timer_.expires_at(oldest + limits_.request_time);
    sweep_timer_.async_wait([me = weak_from_this()](const boost::system::error_code&) {
        if (auto reception = me.lock())
            reception->sweep();
    });
}

void Reception::sweep() {
    auto overdue = steady_clock::now() - limits_.request_time;
    plain_crowd_.dismiss_waiting_since(overdue);
    tls_crowd_.dismiss_waiting_since(overdue);
    auto plain = plain_crowd_.oldest(), over_tls = tls_crowd_.oldest();
    watching_ = false;
    if (plain || over_tls)
        watch_from(
            std::min(plain.value_or(Crowd::Time::max()), over_tls.value_or(Crowd::Time::max())));
}

}  // namespace md::responder

// SPDX-License-Identifier: Apache-2.0
// Addresses are read by Asio, which resolves no names here.
#include "server/wanted_socket.hpp"

#include <algorithm>

namespace md::server {
namespace {

namespace ip = boost::asio::ip;

// The same port on all addresses of the family.
WantedSocket widest(WantedSocket wanted) {
    if (wanted.address.is_v6())
        wanted.address = ip::address_v6::any();
    else
        wanted.address = ip::address_v4::any();
    return wanted;
}

bool contains(const std::vector<WantedSocket>& all, const WantedSocket& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

}  // namespace

std::vector<WantedSocket> wanted_sockets(const std::string& text, std::uint16_t port,
                                         bool over_tls) {
    if (text.empty() || text == "*")
        return {{over_tls, ip::address_v4::any(), port, true},
                {over_tls, ip::address_v6::any(), port, true}};
    if (text == "localhost")
        return {{over_tls, ip::address_v4::loopback(), port, true},
                {over_tls, ip::address_v6::loopback(), port, true}};
    bool bracketed = text.starts_with('[') && text.ends_with(']');
    std::string bare = bracketed ? text.substr(1, text.size() - 2) : text;
    boost::system::error_code error;
    auto address = ip::make_address(bare, error);
    if (error)
        return {};
    return {{over_tls, address, port, false}};
}

std::vector<WantedSocket> without_covered(const std::vector<WantedSocket>& wanted) {
    std::vector<WantedSocket> kept;
    for (const WantedSocket& one : wanted) {
        bool covered = !(one == widest(one)) && contains(wanted, widest(one));
        if (!covered && !contains(kept, one))
            kept.push_back(one);
    }
    return kept;
}

std::string WantedSocket::text() const {
    return is_unix() ? "unix:" + path : text_of({address, port});
}

std::string text_of(const ip::tcp::endpoint& endpoint) {
    std::string host = endpoint.address().to_string();
    if (endpoint.address().is_v6())
        host = "[" + host + "]";
    return host + ":" + std::to_string(endpoint.port());
}

}  // namespace md::server

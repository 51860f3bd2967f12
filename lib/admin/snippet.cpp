// SPDX-License-Identifier: Apache-2.0
#include "admin/snippet.hpp"

#include "admin/snippet_parts.hpp"
#include "base/error.hpp"

#include <algorithm>
#include <array>

namespace md::admin {
namespace {

using model::ChallengeType;

constexpr std::array<const Dialect*, 3> dialects = {&nginx_dialect, &httpd_dialect,
                                                    &haproxy_dialect};

// The first address that is listened on at the port, as a client on this machine reaches it.
std::string address_of(std::uint16_t port, const model::ServerSettings& server) {
    std::string host = "127.0.0.1";
    for (const model::Listen& listen : server.listens) {
        if (listen.port != port || listen.address.empty() || listen.address == "0.0.0.0")
            continue;
        bool is_ipv6 = listen.address.find(':') != std::string::npos;
        host = is_ipv6 ? "[" + (listen.address == "::" ? "::1" : listen.address) + "]"
                       : listen.address;
        break;
    }
    return host + ":" + std::to_string(port);
}

// Whether MDProxyProtocol asks for a header of what comes from there, or to the socket.
bool wants_header(const std::string& to, const model::ServerSettings& server) {
    if (to.starts_with("unix:"))
        return server.proxy_sources.unix_socket;
    std::string host = to.substr(0, to.rfind(':'));
    if (host.starts_with('['))
        host = host.substr(1, host.size() - 2);
    const auto address = model::AddressRange::parse(host);
    return address && server.proxy_sources.contains(address->first);
}

// What no local user can take while mdcertd is down.
std::string good_map(FrontServer front) {
    const std::string path = front == FrontServer::haproxy
                                 ? std::string(haproxy_chroot) + "/mdcertd/http.sock"
                                 : "/run/mdcertd/http.sock";
    return "MDPortMap 80:unix:" + path + " 443:-";
}

bool proved_by(ChallengeType type, const std::vector<FrontedSite>& sites) {
    return std::any_of(sites.begin(), sites.end(), [&](const FrontedSite& site) {
        const auto& types = site.domain->settings->challenges;
        return std::find(types.begin(), types.end(), type) != types.end();
    });
}

}  // namespace

const Dialect& dialect_of(FrontServer front) {
    return *dialects[static_cast<std::size_t>(front)];
}

std::optional<FrontServer> front_server_named(std::string_view word) {
    for (std::size_t i = 0; i < dialects.size(); ++i)
        if (dialects[i]->word == word)
            return static_cast<FrontServer>(i);
    if (word == "apache2" || word == "apache")
        return FrontServer::httpd;
    return std::nullopt;
}

Forwarding forwarding_for(FrontServer front, const model::ServerSettings& server,
                          const std::vector<FrontedSite>& sites) {
    const model::PortMap& map = server.port_map;
    if (map.http == 80 || map.https == 443)
        throw base::Error("mdcertd answers on port " + std::string(map.http == 80 ? "80" : "443") +
                          " itself, so a web server cannot have it: write '" + good_map(front) +
                          "'");
    Forwarding to;
    if (map.has_http() && proved_by(ChallengeType::http_01, sites))
        to.http = map.http ? address_of(*map.http, server) : "unix:" + map.http_socket;
    if (map.https && front != FrontServer::httpd && proved_by(ChallengeType::tls_alpn_01, sites))
        to.tls = address_of(*map.https, server);
    to.http_wants_header = !to.http.empty() && wants_header(to.http, server);
    to.tls_wants_header = !to.tls.empty() && wants_header(to.tls, server);
    if (front != FrontServer::haproxy && (to.http_wants_header || to.tls_wants_header))
        throw base::Error(
            "MDProxyProtocol asks this web server for a PROXY header, which it cannot send with "
            "what "
            "it passes on: take it out of the list");
    bool by_command = proved_by(ChallengeType::dns_01, sites);
    if (to.http.empty() && to.tls.empty() && !by_command)
        throw base::Error(
            front == FrontServer::httpd && map.https
                ? "httpd cannot pass on what comes to port 443 for mdcertd: write '" +
                      good_map(front) + "' and let MDCAChallenges have http-01"
                : "no challenge of MDCAChallenges goes by a port that MDPortMap leaves open");
    return to;
}

std::string front_servers() {
    std::string words;
    for (std::size_t i = 0; i < dialects.size(); ++i)
        words += (i == 0                     ? ""
                  : i + 1 == dialects.size() ? " or "
                                             : ", ") +
                 std::string(dialects[i]->word);
    return words;
}

std::string snippet(FrontServer front, const Forwarding& to,
                    const std::vector<FrontedSite>& sites) {
    return dialect_of(front).snippet(to, sites);
}

}  // namespace md::admin

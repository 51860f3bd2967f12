// SPDX-License-Identifier: Apache-2.0
#include "drive/responder_view.hpp"

#include "base/fnv.hpp"
#include "server/listening_socket.hpp"
#include "server/wanted_socket.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

namespace md::drive {
namespace {

using Endpoint = std::pair<std::string, std::uint16_t>;

std::vector<Endpoint> endpoints_for(std::optional<std::uint16_t> port,
                                    const std::vector<model::Listen>& listens) {
    std::vector<Endpoint> endpoints;
    if (!port)
        return endpoints;
    for (const model::Listen& listen : listens)
        if (listen.port == *port)
            endpoints.emplace_back(listen.address, *port);
    if (endpoints.empty())
        endpoints.emplace_back("", *port);
    return endpoints;
}

// Another number for other certificates, and for the same in another chain.
std::uint64_t number_of(const std::vector<model::CertificateFacts>& certificates) {
    base::Fnv number;
    for (const model::CertificateFacts& facts : certificates) {
        const model::ChainFacts& chain = *facts.chain;
        number.add(base::BytesView(facts.fingerprint.octets)).add(chain.size).add(chain.flaw);
        const auto end = chain.not_after.value_or(std::chrono::sys_seconds{});
        number.add(static_cast<std::uint64_t>(end.time_since_epoch().count()));
    }
    return number.value();
}

}  // namespace

server::ListenEndpoints endpoints_of(const model::ServerSettings& server) {
    return {endpoints_for(server.port_map.http, server.listens),
            endpoints_for(server.port_map.https, server.listens), server.port_map.http_socket};
}

std::vector<Endpoint> local_addresses_of(const model::ServerSettings& server) {
    std::vector<Endpoint> addresses;
    for (const auto& [address, port] : endpoints_of(server).http)
        for (const auto& wanted : server::wanted_sockets(address, port, false)) {
            const bool v6 = wanted.address.is_v6();
            if (wanted.is_half && !server::machine_has_family(v6))
                continue;
            std::string at = wanted.address.to_string();
            if (wanted.address.is_unspecified())
                at = v6 ? "::1" : "127.0.0.1";
            const auto range = model::AddressRange::parse(at);
            if (!range || !server.proxy_sources.contains(range->first))
                addresses.emplace_back(std::move(at), port);
        }
    return addresses;
}

NamedSites sites_of(const model::ManagedDomain& domain, const model::ObservedDomain& held) {
    responder::Site site{!held.certificates.empty(), domain.settings->require_https};
    site.certificates = number_of(held.certificates);
    responder::Site other = site;
    if (domain.members.size() > 1 || domain.members.front().name.is_wildcard())
        other.domain = domain.name();
    NamedSites sites;
    for (const model::Member& member : domain.members) {
        const bool is_own = member.name.text() == domain.name() && !member.name.is_wildcard();
        sites.emplace_back(&member.name.text(), is_own ? site : other);
    }
    return sites;
}

responder::Sites all_sites_of(const model::DesiredState& desired,
                              const model::ObservedState& observed) {
    NamedSites known;
    for (const model::ManagedDomain& domain : desired.domains) {
        NamedSites of_one = sites_of(domain, observed.of(domain.name()));
        known.insert(known.end(), of_one.begin(), of_one.end());
    }
    std::sort(known.begin(), known.end(),
              [](const auto& one, const auto& other) { return *one.first < *other.first; });
    responder::Sites sites;
    for (auto& [name, site] : known)
        sites.add(*name, std::move(site));
    return sites;
}

}  // namespace md::drive

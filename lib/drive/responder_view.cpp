// SPDX-License-Identifier: Apache-2.0
#include "drive/responder_view.hpp"

#include "base/wiped.hpp"
#include "server/listening_socket.hpp"
#include "server/wanted_socket.hpp"
#include "store/file_tree.hpp"
#include "store/folder.hpp"
#include "store/layout.hpp"

#include <algorithm>
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

// All of a folder that is opened once is of one generation, when another takes its place meanwhile.
std::optional<server::Credentials> credentials_in(const store::Descriptor& folder,
                                                  const model::KeySpec& spec) {
    auto content = [&](const std::string& name) {
        return store::content_of(folder, name, store::largest_value, "cannot read " + name);
    };
    try {
        base::Wiped key(content(store::private_key_file(spec)));
        auto chain = content(store::certificate_file(spec));
        if (!*key || !chain)
            return std::nullopt;
        return server::Credentials{crypto::parse_chain(*chain),
                                   crypto::PrivateKey::from_pem(**key)};
    } catch (const base::Error&) {
        return std::nullopt;  // observe() has reported the damage; a fallback is served
    }
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

responder::Site site_of(const model::ManagedDomain& domain, const model::ObservedDomain& held,
                        std::size_t place) {
    return {!held.certificates.empty(), domain.settings->require_https, place};
}

responder::Sites sites_of(const model::DesiredState& desired,
                          const model::ObservedState& observed) {
    std::vector<std::pair<const std::string*, responder::Site>> known;
    for (std::size_t place = 0; place < desired.domains.size(); ++place) {
        const model::ManagedDomain& domain = desired.domains[place];
        responder::Site site = site_of(domain, observed.of(domain.name()), place);
        for (const model::Member& member : domain.members)
            known.emplace_back(&member.name.text(), site);
    }
    std::sort(known.begin(), known.end(),
              [](const auto& one, const auto& other) { return *one.first < *other.first; });
    responder::Sites sites;
    for (const auto& [name, site] : known)
        sites.add(*name, site);
    return sites;
}

std::vector<server::Credentials> live_credentials(const std::string& store_directory,
                                                  const model::ManagedDomain& domain) {
    const store::Descriptor folder =
        store::way_to(store_directory, store::domain_key(domain.name()));
    std::vector<server::Credentials> all;
    for (const model::KeySpec& spec : domain.settings->keys)
        if (auto credentials = credentials_in(folder, spec))
            all.push_back(std::move(*credentials));
    return all;
}

}  // namespace md::drive

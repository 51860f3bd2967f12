// SPDX-License-Identifier: Apache-2.0
#include "drive/showcase.hpp"

#include "store/layout.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

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

std::optional<std::string> content_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(file), {});
}

std::optional<responder::Credentials> credentials_at(const std::string& folder,
                                                     const model::KeySpec& spec) {
    auto key = content_of(folder + store::private_key_file(spec));
    auto chain = content_of(folder + store::certificate_file(spec));
    if (!key || !chain)
        return std::nullopt;
    try {
        return responder::Credentials{crypto::parse_chain(*chain),
                                      crypto::PrivateKey::from_pem(*key)};
    } catch (const base::Error&) {
        return std::nullopt;  // observe() has reported the damage; a fallback is served
    }
}

}  // namespace

responder::Listener::Endpoints endpoints_of(const model::ServerSettings& server) {
    return {endpoints_for(server.port_map.http, server.listens),
            endpoints_for(server.port_map.https, server.listens), server.port_map.http_socket};
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

std::optional<responder::Credentials> live_credentials(const std::string& store_directory,
                                                       const model::ManagedDomain& domain) {
    std::string folder = store_directory + "/" + store::domain_key(domain.name()) + "/";
    for (const model::KeySpec& spec : domain.settings->keys)
        if (auto credentials = credentials_at(folder, spec))
            return credentials;
    return std::nullopt;
}

}  // namespace md::drive

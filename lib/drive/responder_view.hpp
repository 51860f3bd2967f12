// SPDX-License-Identifier: Apache-2.0
// What the responder is to show, derived from the desired and the observed state: which ports, and
// which names.
#pragma once

#include "model/desired_state.hpp"
#include "model/observed_state.hpp"
#include "responder/answer.hpp"
#include "server/listener.hpp"

#include <string>
#include <utility>
#include <vector>

namespace md::drive {

// The endpoints of MDPortMap, the ports narrowed to the addresses of the Listen lines for that
// port.
server::ListenEndpoints endpoints_of(const model::ServerSettings& server);

// Where the local port 80 can be asked on this machine: "127.0.0.1" and "::1" for all addresses. No
// Unix socket, and none of which MDProxyProtocol asks what we do not say.
std::vector<std::pair<std::string, std::uint16_t>> local_addresses_of(
    const model::ServerSettings& server);

// What the responder is to know of each name of an MD, and of those of all.
using NamedSites = std::vector<std::pair<const std::string*, responder::Site>>;
NamedSites sites_of(const model::ManagedDomain& domain, const model::ObservedDomain& held);
responder::Sites all_sites_of(const model::DesiredState& desired,
                              const model::ObservedState& observed);

}  // namespace md::drive

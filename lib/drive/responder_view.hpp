// SPDX-License-Identifier: Apache-2.0
// What the responder is to show, derived from the desired and the observed state: which ports,
// which names, which certificates.
#pragma once

#include "model/desired_state.hpp"
#include "model/observed_state.hpp"
#include "responder/answer.hpp"
#include "server/listener.hpp"

#include <string>
#include <vector>

namespace md::drive {

// The endpoints of MDPortMap, the ports narrowed to the addresses of the Listen lines for that
// port.
server::ListenEndpoints endpoints_of(const model::ServerSettings& server);

// Where the local port 80 can be asked on this machine: "127.0.0.1" and "::1" for all addresses. No
// Unix socket, and none of which MDProxyProtocol asks what we do not say.
std::vector<std::pair<std::string, std::uint16_t>> local_addresses_of(
    const model::ServerSettings& server);

// What the responder is to know of the MD at that place, for all its names.
responder::Site site_of(const model::ManagedDomain& domain, const model::ObservedDomain& held,
                        std::size_t place);
responder::Sites sites_of(const model::DesiredState& desired, const model::ObservedState& observed);

// The live keys and chains of the MD, one for each type of key, read from the files of the store at
// the moment of the handshake: the I/O thread reads two small files each, nothing is kept per idle
// MD. All are of one generation, whatever is switched meanwhile. What is not there, or not
// readable, is left out.
std::vector<server::Credentials> live_credentials(const std::string& store_directory,
                                                  const model::ManagedDomain& domain);

}  // namespace md::drive

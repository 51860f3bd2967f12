// SPDX-License-Identifier: Apache-2.0
// One connection from beginning to end: TLS where it belongs, then requests and responses until
// either side ends it.
#pragma once

#include "base/task.hpp"
#include "server/service.hpp"
#include "server/stream.hpp"

namespace md::server {

// A child of the service.
base::Task<void> serve_session(Service& service, ConnectedSocket socket, PeerAddress peer,
                               bool over_tls);

}  // namespace md::server

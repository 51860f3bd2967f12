// SPDX-License-Identifier: Apache-2.0
// How a streamed body goes over a connection: its work runs beside, and ends when the client
// leaves.
#pragma once

#include "base/task.hpp"
#include "server/connection_limits.hpp"
#include "server/exchange.hpp"
#include "server/stream.hpp"

#include <string>

namespace md::server {

struct StreamedResponse {
    Response response;  // with a stream
    std::string date;
    bool close = false;  // the last one on this connection
    bool http_1_0 = false;
};

// False: it was cut short.
base::Task<bool> send_streamed(Stream& stream, ConnectionLimits::Slot& slot,
                               StreamedResponse streamed);

}  // namespace md::server

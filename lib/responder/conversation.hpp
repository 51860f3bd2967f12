// SPDX-License-Identifier: Apache-2.0
// One connection from beginning to end: TLS where it belongs, then requests and answers until
// either side has had enough.
#pragma once

#include "base/task.hpp"
#include "responder/reception.hpp"
#include "responder/stream.hpp"

#include <boost/asio/ip/address.hpp>

#include <memory>
#include <optional>

namespace md::responder {

// The peer of a Unix socket has no address.
base::Task<void> converse(std::shared_ptr<Reception> reception, Stream::Socket socket,
                          std::optional<base::asio::ip::address> peer, bool over_tls);

}  // namespace md::responder

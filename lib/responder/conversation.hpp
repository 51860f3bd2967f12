// SPDX-License-Identifier: Apache-2.0
// One connection from beginning to end: TLS where it belongs, then requests and answers until
// either side has had enough.
#pragma once

#include "base/task.hpp"
#include "responder/reception.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <memory>

namespace md::responder {

base::Task<void> converse(std::shared_ptr<Reception> reception, base::asio::ip::tcp::socket socket,
                          base::asio::ip::address peer, bool over_tls);

}  // namespace md::responder

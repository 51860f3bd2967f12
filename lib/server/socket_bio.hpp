// SPDX-License-Identifier: Apache-2.0
// The way between OpenSSL and a non-blocking socket. OpenSSL's own would raise SIGPIPE, and would
// go on using a descriptor's number after the socket was closed and the number given to another.
#pragma once

#include "base/task.hpp"

#include <boost/asio/generic/stream_protocol.hpp>

typedef struct bio_st BIO;

namespace md::server {

// Of TCP, or a Unix socket's.
using ConnectedSocket = base::asio::generic::stream_protocol::socket;

// The socket outlives the BIO. Throws CryptoError.
BIO* new_socket_bio(ConnectedSocket& socket);

}  // namespace md::server

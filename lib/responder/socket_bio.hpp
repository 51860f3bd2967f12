// SPDX-License-Identifier: Apache-2.0
// The way between OpenSSL and a non-blocking socket. OpenSSL's own would raise SIGPIPE, and would
// go on using a descriptor's number after the socket was closed and the number given to another.
#pragma once

#include "base/task.hpp"

#include <boost/asio/ip/tcp.hpp>

typedef struct bio_st BIO;

namespace md::responder {

// The socket outlives the BIO. Throws CryptoError.
BIO* new_socket_bio(base::asio::ip::tcp::socket& socket);

}  // namespace md::responder

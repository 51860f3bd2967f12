// SPDX-License-Identifier: Apache-2.0
// Octets to and from one server: a TCP socket, with TLS on top once asked for. Its errors are error
// codes turned into words; being cancelled stays operation_aborted.
#pragma once

#include "http/resolve.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <memory>
#include <optional>
#include <string>

namespace md::http {

class Wire {
public:
    using ErrorCode = boost::system::error_code;

    explicit Wire(const base::asio::any_io_executor& executor) : socket_(executor) {}

    // The first of the addresses that answers (http/race). Throws TransportError.
    base::Task<void> connect(Endpoints endpoints);
    // Throws TransportError with what is wrong with the certificate or the handshake.
    base::Task<void> start_tls(base::asio::ssl::context& context, std::string host);

    base::Task<ErrorCode> write(base::asio::const_buffer octets);
    // Octets read; 0 exactly when there is an error, eof included.
    base::Task<std::size_t> read(base::asio::mutable_buffer room, ErrorCode& error);

    bool still_quiet();

private:
    boost::asio::ip::tcp::socket socket_;
    std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_;
};

// "connection refused": system errors as people say them.
std::string reason(const boost::system::error_code& error);
// The other end is gone, politely or not.
bool is_end(const boost::system::error_code& error);

}  // namespace md::http

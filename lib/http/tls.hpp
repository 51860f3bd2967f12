// SPDX-License-Identifier: Apache-2.0
// TLS as a client: whom we trust, and whom we expect at the other end. TLS 1.2 or later, always
// verified; there is no switch to turn that off.
#pragma once

#include <boost/system/error_code.hpp>

#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
}
typedef struct ssl_st SSL;

namespace md::http {

// Trusts the PEM file's certificates, or the system's roots when it is "". Throws CryptoError
// naming the file when it cannot be read.
std::shared_ptr<boost::asio::ssl::context> client_context(const std::string& ca_file);

// Before the handshake: SNI and the check of the certificate's names (RFC 6125), or of its
// addresses when the host is one.
void expect_host(SSL* session, const std::string& host);

// Why a handshake failed, in words for people.
std::string handshake_failure(SSL* session, const std::string& host,
                              const boost::system::error_code& error);

}  // namespace md::http

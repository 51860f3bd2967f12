// SPDX-License-Identifier: Apache-2.0
// TLS as a client: whom we trust, and whom we expect at the other end. TLS 1.2 or later, always
// verified; there is no switch to turn that off.
#pragma once

#include "crypto/error.hpp"

#include <boost/system/error_code.hpp>

#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
}
typedef struct ssl_st SSL;

namespace md::http {

// The file of the CA's roots is missing, not readable, or holds none; what() names it.
class CaFileError : public crypto::CryptoError {
public:
    using crypto::CryptoError::CryptoError;
};

// Trusts the PEM file's certificates, or the system's roots when it is "". Throws CaFileError.
std::shared_ptr<boost::asio::ssl::context> client_context(const std::string& ca_file);

// Before the handshake: SNI and the check of the certificate's names (RFC 6125), or of its
// addresses when the host is one.
void expect_host(SSL* session, const std::string& host);

// Throws TransportError: why a handshake failed, in words for people.
[[noreturn]] void raise_handshake_failure(SSL* session, const std::string& host,
                                          const boost::system::error_code& error);

}  // namespace md::http

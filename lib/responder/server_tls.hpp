// SPDX-License-Identifier: Apache-2.0
// The server's side of TLS: reads name and protocol from the ClientHello and decides there which
// certificate is shown. The proof of tls-alpn-01 goes to who asks for "acme-tls/1", nobody else.
#pragma once

#include "base/task.hpp"
#include "crypto/error.hpp"
#include "responder/answer.hpp"
#include "responder/identities.hpp"
#include "responder/socket_bio.hpp"

#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace md::responder {

using SslOwner = std::unique_ptr<SSL, crypto::FreeWith<SSL_free>>;

// What a client said in its ClientHello.
struct Greeting {
    std::string name;         // SNI, lower case; "" when there is none
    bool validation = false;  // acme-tls/1 for a name on the board
};

class ServerTls {
public:
    // Board and sites outlive it. Throws CryptoError.
    ServerTls(const ChallengeBoard& board, const Sites& sites);
    ServerTls(const ServerTls&) = delete;
    ServerTls& operator=(const ServerTls&) = delete;

    Identities& identities() { return identities_; }

    // A session on the socket, not begun; it writes what the client says into the greeting. Both
    // outlive it. Throws CryptoError.
    SslOwner session(ConnectedSocket& socket, Greeting& greeting);

    // For the callbacks alone: false refuses the client. Throws CryptoError.
    bool choose(SSL* session, Greeting& greeting);

private:
    const ChallengeBoard& board_;
    const Sites& sites_;
    Identities identities_;
    std::unique_ptr<SSL_CTX, crypto::FreeWith<SSL_CTX_free>> context_;
};

}  // namespace md::responder

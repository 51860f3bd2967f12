// SPDX-License-Identifier: Apache-2.0
// The server's side of TLS: reads the ClientHello and asks there, before anything is chosen, which
// certificate the client is to be shown.
#pragma once

#include "base/receipt.hpp"
#include "base/task.hpp"
#include "crypto/error.hpp"
#include "server/credentials.hpp"
#include "server/socket_bio.hpp"

#include <openssl/ssl.h>

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace md::server {

using SslOwner = std::unique_ptr<SSL, crypto::FreeWith<SSL_free>>;

// What a client is offered.
struct CertificateOffer {
    // As credentials_for() gives them, used before the next handshake begins. None: the client is
    // refused with the alert that there is no such protocol.
    std::vector<const Credentials*> credentials;
    std::string_view protocol = "http/1.1";  // static: of ALPN, where the client speaks of it
    bool handshake_only = false;             // the connection carries nothing and ends after it
    std::shared_ptr<base::Receipt> receipt;  // notes that the handshake has come to its end
};

using OfferCertificate = std::function<CertificateOffer(const ClientHello&)>;

class ServerTls {
public:
    // Throws CryptoError.
    explicit ServerTls(OfferCertificate offer_certificate);
    ServerTls(const ServerTls&) = delete;
    ServerTls& operator=(const ServerTls&) = delete;

    // A session on the socket, not begun; what is offered to the client is written into the offer.
    // Both outlive it. Throws CryptoError.
    SslOwner session(ConnectedSocket& socket, CertificateOffer& offer);

    // For the callback alone: false refuses the client. Throws CryptoError.
    bool choose(SSL* session, CertificateOffer& offer) const;

private:
    OfferCertificate offer_certificate_;
    std::unique_ptr<SSL_CTX, crypto::FreeWith<SSL_CTX_free>> context_;
};

}  // namespace md::server

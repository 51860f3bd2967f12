// SPDX-License-Identifier: Apache-2.0
// One context for all; what differs between names is set on the session in the ClientHello
// callback, the one place that sees both SNI and ALPN before anything is chosen.
#include "server/server_tls.hpp"

#include "base/log.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <exception>
#include <utility>

namespace md::server {
namespace {

constexpr const char* doing = "preparing TLS";

CertificateOffer& offer_of(SSL* session) {
    return *static_cast<CertificateOffer*>(SSL_get_app_data(session));
}

base::BytesView extension(SSL* session, unsigned type) {
    const unsigned char* data = nullptr;
    std::size_t size = 0;
    if (SSL_client_hello_get0_ext(session, type, &data, &size) != 1)
        return {};
    return {data, size};
}

void show(SSL* session, const Credentials& credentials) {
    struct FreeStack {
        void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }
    };
    std::unique_ptr<STACK_OF(X509), FreeStack> issuers(crypto::check(sk_X509_new_null(), doing));
    for (std::size_t i = 1; i < credentials.chain.size(); ++i)
        crypto::check(sk_X509_push(issuers.get(), credentials.chain[i].native()), doing);
    crypto::check(SSL_use_cert_and_key(session, credentials.chain.front().native(),
                                       credentials.key.native(), issuers.get(), 1),
                  doing);
}

int on_client_hello(SSL* session, int* alert, void* tls) {
    *alert = SSL_AD_INTERNAL_ERROR;
    try {
        if (static_cast<const ServerTls*>(tls)->choose(session, offer_of(session)))
            return SSL_CLIENT_HELLO_SUCCESS;
        // RFC 7301 §3.2: none of its protocols is spoken here.
        *alert = SSL_AD_NO_APPLICATION_PROTOCOL;
    } catch (const std::exception& error) {
        log::warn("no certificate can be shown", log::kv("reason", error.what()));
    }
    return SSL_CLIENT_HELLO_ERROR;
}

int on_alpn(SSL* session, const unsigned char** out, unsigned char* out_size,
            const unsigned char* names, unsigned size, void*) {
    std::string_view chosen = offer_of(session).protocol;
    if (!lists_protocol({names, size}, chosen))
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = reinterpret_cast<const unsigned char*>(chosen.data());
    *out_size = static_cast<unsigned char>(chosen.size());
    return SSL_TLSEXT_ERR_OK;
}

}  // namespace

ServerTls::ServerTls(OfferCertificate offer_certificate)
    : offer_certificate_(std::move(offer_certificate)),
      context_(crypto::check(SSL_CTX_new(TLS_server_method()), doing)) {
    SSL_CTX* context = context_.get();
    crypto::check(static_cast<int>(SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION)), doing);
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_num_tickets(context, 0);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    // A connection that waits holds no buffers.
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_client_hello_cb(context, on_client_hello, this);
    SSL_CTX_set_alpn_select_cb(context, on_alpn, nullptr);
}

SslOwner ServerTls::session(ConnectedSocket& socket, CertificateOffer& offer) {
    SslOwner session(crypto::check(SSL_new(context_.get()), doing));
    BIO* bio = new_socket_bio(socket);
    SSL_set_bio(session.get(), bio, bio);
    SSL_set_app_data(session.get(), &offer);
    SSL_set_accept_state(session.get());
    return session;
}

bool ServerTls::choose(SSL* session, CertificateOffer& offer) const {
    ClientHello hello;
    hello.server_name = server_name(extension(session, TLSEXT_TYPE_server_name)).value_or("");
    hello.protocols = extension(session, TLSEXT_TYPE_application_layer_protocol_negotiation);
    hello.signature_algorithms = extension(session, TLSEXT_TYPE_signature_algorithms);
    hello.groups = extension(session, TLSEXT_TYPE_supported_groups);
    offer = offer_certificate_(hello);
    for (const Credentials* one : offer.credentials)
        show(session, *one);
    return !std::exchange(offer.credentials, {}).empty();
}

}  // namespace md::server

// SPDX-License-Identifier: Apache-2.0
#include "http/tls.hpp"

#include "crypto/error.hpp"
#include "http/transport.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cstdlib>
#include <filesystem>

namespace md::http {

namespace ssl = boost::asio::ssl;

namespace {

// Debian and many others keep each root under the hash of its name, too.
bool is_hashed(const std::filesystem::path& folder) {
    std::error_code unreadable;
    for (const auto& entry : std::filesystem::directory_iterator(folder, unreadable))
        if (entry.path().extension() == ".0")
            return true;
    return false;
}

bool is_outdated(long verdict) {
    return verdict == X509_V_ERR_CERT_HAS_EXPIRED || verdict == X509_V_ERR_CERT_NOT_YET_VALID;
}

// The bundle of all roots takes 50 ms and 3 MiB to read, a hashed folder only what is looked for.
// SSL_CERT_FILE and SSL_CERT_DIR are honoured by OpenSSL itself.
void trust_the_system(SSL_CTX* context) {
    bool chosen_by_hand = ::getenv(X509_get_default_cert_file_env()) != nullptr ||
                          ::getenv(X509_get_default_cert_dir_env()) != nullptr;
    bool found = !chosen_by_hand && is_hashed(X509_get_default_cert_dir())
                     ? SSL_CTX_set_default_verify_dir(context)
                     : SSL_CTX_set_default_verify_paths(context);
    crypto::check(found, "finding the system's CA roots");
}

// OpenSSL calls a file without certificates "no certificate or crl found".
[[noreturn]] void raise_file_failure(const std::string& ca_file) {
    try {
        crypto::raise("cannot read CA certificates from " + ca_file);
    } catch (const crypto::CryptoError& failed) {
        throw CaFileError(failed.what());
    }
}

}  // namespace

std::shared_ptr<ssl::context> client_context(const std::string& ca_file) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
    SSL_CTX* native = context->native_handle();
    crypto::check(static_cast<int>(SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION)),
                  "setting up TLS");
    SSL_CTX_set_verify(native, SSL_VERIFY_PEER, nullptr);
    if (ca_file.empty())
        trust_the_system(native);
    else if (SSL_CTX_load_verify_file(native, ca_file.c_str()) != 1)
        raise_file_failure(ca_file);
    ERR_clear_error();
    return context;
}

void expect_host(SSL* session, const std::string& host) {
    boost::system::error_code not_an_address;
    boost::asio::ip::make_address(host, not_an_address);
    X509_VERIFY_PARAM* expected = SSL_get0_param(session);
    if (!not_an_address) {
        crypto::check(X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str()), "setting up TLS");
        return;
    }
    std::string name = host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
    X509_VERIFY_PARAM_set_hostflags(
        expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    crypto::check(X509_VERIFY_PARAM_set1_host(expected, name.data(), name.size()),
                  "setting up TLS");
    // SSL_set_tlsext_host_name without its old-style cast.
    crypto::check(static_cast<int>(SSL_ctrl(session, SSL_CTRL_SET_TLSEXT_HOSTNAME,
                                            TLSEXT_NAMETYPE_host_name, name.data())),
                  "setting up TLS");
}

void raise_handshake_failure(SSL* session, const std::string& host,
                             const boost::system::error_code& error) {
    ERR_clear_error();
    long verdict = SSL_get_verify_result(session);
    if (verdict == X509_V_ERR_HOSTNAME_MISMATCH || verdict == X509_V_ERR_IP_ADDRESS_MISMATCH)
        throw TransportError("the certificate is not for " + host, TransportFault::other_host);
    if (verdict != X509_V_OK)
        throw TransportError(
            std::string("the certificate is not trusted: ") +
                X509_verify_cert_error_string(verdict),
            is_outdated(verdict) ? TransportFault::outdated : TransportFault::untrusted);
    if (error == boost::asio::error::eof || error == ssl::error::stream_truncated ||
        error == boost::asio::error::connection_reset || error == boost::asio::error::broken_pipe)
        throw TransportError("the server closed the connection during the TLS handshake");
    throw TransportError("the TLS handshake failed: " + error.message());
}

}  // namespace md::http

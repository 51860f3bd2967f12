// SPDX-License-Identifier: Apache-2.0
// A private key as a value: made, read, written, asked to sign. Copies share one key. Generating an
// RSA key takes up to a second: call it on a pool, never on the I/O thread.
#pragma once

#include "base/bytes.hpp"
#include "base/secret.hpp"
#include "model/key_spec.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>

typedef struct evp_pkey_st EVP_PKEY;

namespace md::crypto {

class PrivateKey {
public:
    // Throws CryptoError when OpenSSL does not know the curve.
    static PrivateKey generate(const model::KeySpec& spec);
    // Reads PKCS#8 (plain or encrypted), and traditional PEM. A passphrase may hold any byte; a
    // plain key loads whatever the passphrase. Throws CryptoError.
    static PrivateKey from_pem(std::string_view pem, const base::Secret& passphrase = {});

    // A JWK's members as they stand in it, base64url (RFC 7517, RFC 7518 §6.2 and §6.3). Throws
    // CryptoError when one is missing, or when they are no key together.
    static PrivateKey from_jwk(const std::map<std::string, base::Secret>& members);

    // PKCS#8, "BEGIN PRIVATE KEY".
    base::Secret to_pem() const;
    // PKCS#8, "BEGIN ENCRYPTED PRIVATE KEY": PBES2 with PBKDF2-HMAC-SHA256 and AES-256-CBC, as
    // mod_md's store has it. The passphrase is raw bytes and may contain NUL; the iterations make
    // guessing it slow, for each one who reads the key as well.
    static constexpr int usual_iterations = 2048;
    std::string to_encrypted_pem(const base::Secret& passphrase,
                                 int iterations = usual_iterations) const;

    bool is_rsa() const;
    unsigned bits() const;
    // rsa(bits) or ec(canonical curve, lower-cased), for status and tests.
    model::KeySpec spec() const;

    // JWS algorithm of this key (RFC 7518 §3.1): RS256, ES256, ES384, ES512.
    std::string jws_algorithm() const;
    // The signature of that algorithm over the message; ECDSA as r||s (RFC 7518 §3.4), not DER.
    base::Bytes sign_jws(std::string_view message) const;
    // The public key as JWK in canonical form: members sorted, no spaces, ready for RFC 7638.
    std::string public_jwk() const;
    // base64url(SHA-256(public_jwk())) (RFC 7638).
    std::string thumbprint() const;

    bool same_key_as(const PrivateKey& other) const;
    EVP_PKEY* native() const { return key_.get(); }  // for lib/crypto and lib/http/tls alone

private:
    explicit PrivateKey(std::shared_ptr<EVP_PKEY> key) : key_(std::move(key)) {}
    std::shared_ptr<EVP_PKEY> key_;
};

}  // namespace md::crypto

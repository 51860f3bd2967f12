// SPDX-License-Identifier: Apache-2.0
// X.509 certificates as values: reading, asking, and the two kinds we sign ourselves.
#pragma once

#include "base/bytes.hpp"
#include "crypto/private_key.hpp"
#include "model/observed_state.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

typedef struct x509_st X509;

namespace md::crypto {

using std::chrono::sys_seconds;

class Certificate {
public:
    explicit Certificate(std::shared_ptr<X509> native) : native_(std::move(native)) {}

    sys_seconds not_before() const;
    sys_seconds not_after() const;
    // dNSNames, lower-cased, and iPAddresses of the subjectAltName; what is neither is left out.
    std::vector<model::Identifier> names() const;
    bool must_staple() const;
    // "" when it has none.
    std::string issuer_common_name() const;
    bool has_key(const PrivateKey& key) const;
    // issuer and key identifier match and the signature verifies.
    bool is_signed_by(const Certificate& issuer) const;
    bool is_same_as(const Certificate& other) const;
    // All of it, with the key spec as given (the name its files have in the store).
    model::CertificateFacts facts(const model::KeySpec& key) const;
    std::string to_pem() const;
    base::Bytes to_der() const;

    X509* native() const { return native_.get(); }  // for lib/crypto and lib/http/tls alone

private:
    std::shared_ptr<X509> native_;
};

// The certificates of a PEM text in their order; text around them is ignored. Throws CryptoError
// when one does not parse or there is none.
std::vector<Certificate> parse_chain(std::string_view pem);
std::string to_pem(const std::vector<Certificate>& chain);
// The leaf's facts, and what there is to say of the rest of the file.
model::CertificateFacts facts_of(const std::vector<Certificate>& chain, const model::KeySpec& key);

// RFC 8737 §3, RFC 8738 §6: self-signed, one dNSName or iPAddress, critical acmeIdentifier with
// SHA-256(key_authorization), valid from a day before now for a week.
Certificate make_tls_alpn_certificate(const PrivateKey& key, const model::Identifier& name,
                                      std::string_view key_authorization, sys_seconds now);

// What is served while there is no certificate: self-signed, the names in the SAN, serverAuth, 14
// days.
Certificate make_fallback_certificate(const PrivateKey& key,
                                      const std::vector<model::Identifier>& names, sys_seconds now);

// What is wrong with a chain as the answer to an order (RFC 8555 §7.4.2), or nullopt: the leaf has
// the key, the ordered names are in it, nothing has expired, must-staple is as asked, and each
// certificate is signed by the next. not_before in the future is for the caller to wait for.
struct OrderedCertificate {
    const PrivateKey& key;
    std::vector<model::Identifier> names;
    bool must_staple = false;
};
std::optional<std::string> chain_mistake(const std::vector<Certificate>& chain,
                                         const OrderedCertificate& ordered, sys_seconds now);

// What a certificate is for beside the ordered names: "c.org, 1 of another kind"; "" = nothing.
std::string names_not_ordered(const Certificate& leaf,
                              const std::vector<model::Identifier>& ordered);

}  // namespace md::crypto

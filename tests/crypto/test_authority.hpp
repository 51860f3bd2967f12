// SPDX-License-Identifier: Apache-2.0
// A certificate authority in memory, for tests that need chains: right ones and wrong ones.
#pragma once

#include "crypto/certificate.hpp"
#include "crypto/digest.hpp"
#include "crypto/signing.hpp"

#include <string>
#include <vector>

namespace md::test {

// What a certificate is to say; the subjectAltName as openssl.cnf writes it ("DNS:a.org,IP:::1").
struct Wish {
    std::string common_name = "leaf";
    std::string subject_alt_name;
    crypto::sys_seconds from{}, until{};
    bool must_staple = false;
    bool authority = false;
};

namespace detail {

inline void put_name(X509_NAME* name, const std::string& common_name) {
    crypto::check(X509_NAME_add_entry_by_NID(
                      name, NID_commonName, MBSTRING_UTF8,
                      reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0),
                  "test");
}

inline void put_extension(X509* certificate, int nid, const std::string& value) {
    crypto::ExtensionOwner extension(
        crypto::check(X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str()), "test"));
    crypto::check(X509_add_ext(certificate, extension.get(), -1), "test");
}

inline crypto::X509Owner draft(const Wish& wish, EVP_PKEY* key) {
    crypto::X509Owner certificate(X509_new());
    X509_set_version(certificate.get(), X509_VERSION_3);
    base::Bytes serial = crypto::random_bytes(8);
    serial[0] = 0x11;  // positive
    ASN1_STRING_set(X509_get_serialNumber(certificate.get()), serial.data(), 8);
    put_name(X509_get_subject_name(certificate.get()), wish.common_name);
    ASN1_TIME_set(X509_getm_notBefore(certificate.get()), wish.from.time_since_epoch().count());
    ASN1_TIME_set(X509_getm_notAfter(certificate.get()), wish.until.time_since_epoch().count());
    X509_set_pubkey(certificate.get(), key);
    put_extension(certificate.get(), NID_basic_constraints,
                  wish.authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
    if (!wish.subject_alt_name.empty())
        put_extension(certificate.get(), NID_subject_alt_name, wish.subject_alt_name);
    if (wish.must_staple)
        put_extension(certificate.get(), NID_tlsfeature, "status_request");
    return certificate;
}

}  // namespace detail

class TestAuthority {
public:
    // A root.
    TestAuthority(const std::string& name, crypto::sys_seconds from, crypto::sys_seconds until)
        : key_(crypto::PrivateKey::generate(model::KeySpec::ec("p-256"))) {
        crypto::X509Owner draft =
            detail::draft({name, "", from, until, false, true}, key_.native());
        X509_set_issuer_name(draft.get(), X509_get_subject_name(draft.get()));
        certificate_.push_back(signed_by_us(std::move(draft)));
    }
    // An intermediate of that issuer, valid as long as it.
    TestAuthority(const std::string& name, const TestAuthority& issuer)
        : TestAuthority(name, issuer, issuer.certificate().not_after()) {}
    TestAuthority(const std::string& name, const TestAuthority& issuer, crypto::sys_seconds until)
        : key_(crypto::PrivateKey::generate(model::KeySpec::ec("p-256"))) {
        certificate_.push_back(
            issuer.issue(key_, {name, "", issuer.certificate().not_before(), until, false, true}));
    }

    const crypto::Certificate& certificate() const { return certificate_.front(); }

    crypto::Certificate issue(const crypto::PrivateKey& key, const Wish& wish) const {
        crypto::X509Owner draft = detail::draft(wish, key.native());
        X509_set_issuer_name(draft.get(), X509_get_subject_name(certificate().native()));
        return signed_by_us(std::move(draft));
    }

private:
    crypto::Certificate signed_by_us(crypto::X509Owner draft) const {
        crypto::check(X509_sign(draft.get(), key_.native(), EVP_sha256()), "test");
        return crypto::Certificate(std::shared_ptr<X509>(draft.release(), X509_free));
    }

    crypto::PrivateKey key_;
    std::vector<crypto::Certificate> certificate_;  // exactly one, once constructed
};

}  // namespace md::test

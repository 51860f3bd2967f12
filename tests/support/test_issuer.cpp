// SPDX-License-Identifier: Apache-2.0
#include "support/test_issuer.hpp"

#include "crypto/error.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <ctime>

namespace md::test {
namespace {

using crypto::check;
using crypto::FreeWith;
using KeyPtr = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, FreeWith<X509_free>>;
using RequestPtr = std::unique_ptr<X509_REQ, FreeWith<X509_REQ_free>>;
using BioPtr = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, FreeWith<X509_EXTENSION_free>>;

constexpr std::chrono::hours ten_years{24 * 3652};

struct Ca {
    KeyPtr key;
    CertificatePtr certificate;
};

KeyPtr new_key() {
    return KeyPtr(check(EVP_EC_gen("P-256"), "making a test key"));
}

void set_time(ASN1_TIME* field, sys_seconds time) {
    check(ASN1_TIME_set(field, std::chrono::system_clock::to_time_t(time)), "setting a time");
}

void set_random_serial(X509* certificate) {
    std::array<unsigned char, 8> octets{};
    check(RAND_bytes(octets.data(), static_cast<int>(octets.size())), "drawing a serial number");
    octets[0] = static_cast<unsigned char>((octets[0] & 0x7f) | 1);
    std::unique_ptr<BIGNUM, FreeWith<BN_free>> number(
        check(BN_bin2bn(octets.data(), static_cast<int>(octets.size()), nullptr), "a number"));
    check(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)), "a serial number");
}

void add_extension(X509* certificate, X509* issuer, int id, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    ExtensionPtr extension(check(X509V3_EXT_conf_nid(nullptr, &context, id, value), value));
    check(X509_add_ext(certificate, extension.get(), -1), "adding an extension");
}

// Critical, as they have to be where the subject is empty (RFC 5280 §4.2.1.6).
void add_names(X509* certificate, const std::string& names) {
    add_extension(certificate, certificate, NID_subject_alt_name, ("critical," + names).c_str());
}

CertificatePtr new_certificate(EVP_PKEY* key, sys_seconds not_before, sys_seconds not_after) {
    CertificatePtr certificate(check(X509_new(), "making a certificate"));
    check(X509_set_version(certificate.get(), X509_VERSION_3), "setting the version");
    set_random_serial(certificate.get());
    set_time(X509_getm_notBefore(certificate.get()), not_before);
    set_time(X509_getm_notAfter(certificate.get()), not_after);
    check(X509_set_pubkey(certificate.get(), key), "setting the key");
    return certificate;
}

void sign(X509* certificate, X509* issuer, EVP_PKEY* key) {
    check(X509_set_issuer_name(certificate, X509_get_subject_name(issuer)), "naming the issuer");
    add_extension(certificate, issuer, NID_authority_key_identifier, "keyid");
    check(X509_sign(certificate, key, EVP_sha256()), "signing");
}

// A CA signed by `parent`, or by itself when there is none. Valid from 2001 on: a manual clock may
// stand anywhere.
Ca new_ca(const char* common_name, const Ca* parent) {
    using namespace std::chrono;
    Ca ca{new_key(), nullptr};
    const sys_seconds start = sys_days{2001y / January / 1};
    ca.certificate = new_certificate(ca.key.get(), start, start + ten_years * 10);
    X509* certificate = ca.certificate.get();
    check(
        X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(common_name), -1, -1, 0),
        "naming the CA");
    X509* issuer = parent ? parent->certificate.get() : certificate;
    add_extension(certificate, issuer, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(certificate, issuer, NID_key_usage, "critical,keyCertSign,cRLSign");
    add_extension(certificate, issuer, NID_subject_key_identifier, "hash");
    sign(certificate, issuer, parent ? parent->key.get() : ca.key.get());
    return ca;
}

void copy_extensions(X509* certificate, X509_REQ* request) {
    STACK_OF(X509_EXTENSION)* wanted = X509_REQ_get_extensions(request);
    for (int i = 0; i < sk_X509_EXTENSION_num(wanted); ++i)
        check(X509_add_ext(certificate, sk_X509_EXTENSION_value(wanted, i), -1), "an extension");
    sk_X509_EXTENSION_pop_free(wanted, X509_EXTENSION_free);
}

template <typename Write>
std::string pem_text(Write write) {
    BioPtr bio(check(BIO_new(BIO_s_mem()), "a buffer"));
    check(write(bio.get()), "writing PEM");
    char* start = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &start);
    return {start, static_cast<std::size_t>(size)};
}

std::string pem(X509* certificate) {
    return pem_text([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate); });
}

std::string pem(EVP_PKEY* key) {
    return pem_text([&](BIO* bio) {
        return PEM_write_bio_PKCS8PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
    });
}

}  // namespace

class TestIssuer::Impl {
public:
    Ca root = new_ca("mdcertd test root", nullptr);
    Ca intermediate = new_ca("mdcertd test intermediate", &root);

    std::string finish(X509* leaf) const {
        X509* issuer = intermediate.certificate.get();
        add_extension(leaf, issuer, NID_basic_constraints, "critical,CA:FALSE");
        add_extension(leaf, issuer, NID_ext_key_usage, "serverAuth,clientAuth");
        sign(leaf, issuer, intermediate.key.get());
        return pem(leaf) + pem(issuer);
    }
};

TestIssuer::TestIssuer() : impl_(std::make_unique<Impl>()) {}
TestIssuer::~TestIssuer() = default;

std::string TestIssuer::issue(base::BytesView csr, sys_seconds not_before, sys_seconds not_after,
                              const std::string& other_names) const {
    const unsigned char* start = csr.data();
    RequestPtr request(check(d2i_X509_REQ(nullptr, &start, static_cast<long>(csr.size())), "CSR"));
    CertificatePtr leaf =
        new_certificate(X509_REQ_get0_pubkey(request.get()), not_before, not_after);
    if (other_names.empty())
        copy_extensions(leaf.get(), request.get());
    else
        add_names(leaf.get(), other_names);
    return impl_->finish(leaf.get());
}

TestIssuer::Server TestIssuer::loopback_server() const {
    using namespace std::chrono;
    KeyPtr key = new_key();
    const auto now = floor<seconds>(system_clock::now());
    CertificatePtr leaf = new_certificate(key.get(), now - days{1}, now + days{7});
    add_names(leaf.get(), "DNS:localhost,IP:127.0.0.1,IP:::1");
    return {impl_->finish(leaf.get()), pem(key.get())};
}

std::string TestIssuer::root_pem() const {
    return pem(impl_->root.certificate.get());
}

}  // namespace md::test

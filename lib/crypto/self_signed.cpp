// SPDX-License-Identifier: Apache-2.0
// The two kinds of certificate we sign ourselves: the proof of tls-alpn-01 (RFC 8737 §3) and what
// is served while there is nothing better.
#include "crypto/certificate.hpp"
#include "crypto/digest.hpp"
#include "crypto/signing.hpp"

namespace md::crypto {
namespace {

using std::chrono::days;

constexpr const char* making_certificate = "making a certificate";
constexpr const char* acme_identifier = "1.3.6.1.5.5.7.1.31";

TimeOwner asn1_time(sys_seconds time) {
    return TimeOwner(
        check(ASN1_TIME_set(nullptr, time.time_since_epoch().count()), making_certificate));
}

void set_random_serial(X509* certificate) {
    base::Bytes octets = random_bytes(16);
    octets[0] = (octets[0] & 0x7f) | 0x40;  // positive and of constant length (RFC 5280 §4.1.2.2)
    NumberOwner number(check(BN_bin2bn(octets.data(), static_cast<int>(octets.size()), nullptr),
                             making_certificate));
    check(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)), making_certificate);
}

// Subject and issuer are the same fixed name: a domain name may be longer than the 64 characters a
// CN holds, and belongs into the SAN anyway.
void set_names(X509* certificate, const char* common_name) {
    NameOwner name(check(X509_NAME_new(), making_certificate));
    check(
        X509_NAME_add_entry_by_NID(name.get(), NID_commonName, MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(common_name), -1, -1, 0),
        making_certificate);
    check(X509_set_subject_name(certificate, name.get()), making_certificate);
    check(X509_set_issuer_name(certificate, name.get()), making_certificate);
}

// Everything but the extensions and the signature.
X509Owner draft(const PrivateKey& key, const char* common_name, sys_seconds from,
                sys_seconds until) {
    X509Owner certificate(check(X509_new(), making_certificate));
    check(X509_set_version(certificate.get(), X509_VERSION_3), making_certificate);
    set_random_serial(certificate.get());
    set_names(certificate.get(), common_name);
    TimeOwner start = asn1_time(from), end = asn1_time(until);
    check(X509_set1_notBefore(certificate.get(), start.get()), making_certificate);
    check(X509_set1_notAfter(certificate.get(), end.get()), making_certificate);
    check(X509_set_pubkey(certificate.get(), key.native()), making_certificate);
    return certificate;
}

void add_names(X509* certificate, const std::vector<model::Identifier>& names) {
    GeneralNamesOwner subject_names = general_names(names);
    check(X509_add1_ext_i2d(certificate, NID_subject_alt_name, subject_names.get(), 0,
                            X509V3_ADD_APPEND),
          making_certificate);
}

void add_acme_identifier(X509* certificate, std::string_view key_authorization) {
    // The extension's value is itself a DER OCTET STRING (tag 4, 32 octets) of the digest.
    base::Bytes value = {0x04, 0x20};
    base::Bytes digest = sha256(base::bytes_of(key_authorization));
    value.insert(value.end(), digest.begin(), digest.end());
    OctetsOwner octets(check(ASN1_OCTET_STRING_new(), making_certificate));
    check(ASN1_OCTET_STRING_set(octets.get(), value.data(), static_cast<int>(value.size())),
          making_certificate);
    ObjectOwner object(check(OBJ_txt2obj(acme_identifier, 1), making_certificate));
    X509_EXTENSION* made =
        X509_EXTENSION_create_by_OBJ(nullptr, object.get(), 1 /* critical */, octets.get());
    ExtensionOwner extension(check(made, making_certificate));
    check(X509_add_ext(certificate, extension.get(), -1), making_certificate);
}

void add_described(X509* certificate, int nid, const char* description) {
    ExtensionOwner extension(
        check(X509V3_EXT_conf_nid(nullptr, nullptr, nid, description), making_certificate));
    check(X509_add_ext(certificate, extension.get(), -1), making_certificate);
}

Certificate sign(X509Owner certificate, const PrivateKey& key) {
    check(X509_sign(certificate.get(), key.native(), signing_digest(key)), making_certificate);
    return Certificate(std::shared_ptr<X509>(certificate.release(), X509_free));
}

}  // namespace

Certificate make_tls_alpn_certificate(const PrivateKey& key, const model::Identifier& name,
                                      std::string_view key_authorization, sys_seconds now) {
    X509Owner certificate = draft(key, "mdcertd tls-alpn-01", now - days(1), now + days(6));
    add_names(certificate.get(), {name});
    add_acme_identifier(certificate.get(), key_authorization);
    return sign(std::move(certificate), key);
}

Certificate make_fallback_certificate(const PrivateKey& key,
                                      const std::vector<model::Identifier>& names,
                                      sys_seconds now) {
    X509Owner certificate = draft(key, "mdcertd fallback", now - days(1), now + days(14));
    if (!names.empty())
        add_names(certificate.get(), names);
    add_described(certificate.get(), NID_basic_constraints, "critical,CA:FALSE");
    add_described(certificate.get(), NID_ext_key_usage, "serverAuth");
    return sign(std::move(certificate), key);
}

}  // namespace md::crypto

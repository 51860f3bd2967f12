// SPDX-License-Identifier: Apache-2.0
#include "crypto/signing.hpp"

namespace md::crypto {
namespace {

GeneralNameOwner dns_name(const std::string& text) {
    const char* doing = "writing a subjectAltName";
    GeneralNameOwner name(check(GENERAL_NAME_new(), doing));
    Owner<ASN1_IA5STRING, ASN1_IA5STRING_free> value(check(ASN1_IA5STRING_new(), doing));
    check(ASN1_STRING_set(value.get(), text.data(), static_cast<int>(text.size())), doing);
    GENERAL_NAME_set0_value(name.get(), GEN_DNS, value.release());
    return name;
}

}  // namespace

const EVP_MD* signing_digest(const PrivateKey& key) {
    if (key.is_rsa() || key.bits() <= 256)
        return EVP_sha256();
    return key.bits() <= 384 ? EVP_sha384() : EVP_sha512();
}

GeneralNamesOwner general_names(const std::vector<model::DomainName>& names) {
    const char* doing = "writing a subjectAltName";
    GeneralNamesOwner all(check(GENERAL_NAMES_new(), doing));
    for (const model::DomainName& name : names) {
        GeneralNameOwner one = dns_name(name.text());
        check(sk_GENERAL_NAME_push(all.get(), one.get()), doing);
        one.release();
    }
    return all;
}

}  // namespace md::crypto

// SPDX-License-Identifier: Apache-2.0
#include "crypto/signing.hpp"

namespace md::crypto {
namespace {

constexpr const char* writing_names = "writing a subjectAltName";

GeneralNameOwner dns_name(const std::string& text) {
    GeneralNameOwner name(check(GENERAL_NAME_new(), writing_names));
    Owner<ASN1_IA5STRING, ASN1_IA5STRING_free> value(check(ASN1_IA5STRING_new(), writing_names));
    check(ASN1_STRING_set(value.get(), text.data(), static_cast<int>(text.size())), writing_names);
    GENERAL_NAME_set0_value(name.get(), GEN_DNS, value.release());
    return name;
}

GeneralNameOwner ip_address(const base::Bytes& octets) {
    GeneralNameOwner name(check(GENERAL_NAME_new(), writing_names));
    OctetsOwner value(check(ASN1_OCTET_STRING_new(), writing_names));
    check(ASN1_OCTET_STRING_set(value.get(), octets.data(), static_cast<int>(octets.size())),
          writing_names);
    GENERAL_NAME_set0_value(name.get(), GEN_IPADD, value.release());
    return name;
}

}  // namespace

const EVP_MD* signing_digest(const PrivateKey& key) {
    if (key.is_rsa() || key.bits() <= 256)
        return EVP_sha256();
    return key.bits() <= 384 ? EVP_sha384() : EVP_sha512();
}

GeneralNamesOwner general_names(const std::vector<model::Identifier>& names) {
    GeneralNamesOwner all(check(GENERAL_NAMES_new(), writing_names));
    for (const model::Identifier& name : names) {
        GeneralNameOwner one = name.is_ip() ? ip_address(name.octets()) : dns_name(name.text());
        check(sk_GENERAL_NAME_push(all.get(), one.get()), writing_names);
        one.release();
    }
    return all;
}

}  // namespace md::crypto

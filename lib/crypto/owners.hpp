// SPDX-License-Identifier: Apache-2.0
// OpenSSL's objects with an owner each, and the ways texts come in and out of its BIOs. For the
// .cpp files of lib/crypto; nothing of this is seen outside.
#pragma once

#include "base/bytes.hpp"
#include "base/secret.hpp"
#include "crypto/error.hpp"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <string_view>

namespace md::crypto {

inline void free_extensions(STACK_OF(X509_EXTENSION) * stack) {
    sk_X509_EXTENSION_pop_free(stack, X509_EXTENSION_free);
}

inline void free_text(unsigned char* text) {
    OPENSSL_free(text);
}

template <typename T, auto Free>
using Owner = std::unique_ptr<T, FreeWith<Free>>;

using BioOwner = Owner<BIO, BIO_free_all>;
using NumberOwner = Owner<BIGNUM, BN_free>;
using EcdsaSignatureOwner = Owner<ECDSA_SIG, ECDSA_SIG_free>;
using DigestContextOwner = Owner<EVP_MD_CTX, EVP_MD_CTX_free>;
using Pkcs8Owner = Owner<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free>;
using EncryptedKeyOwner = Owner<X509_SIG, X509_SIG_free>;
using AlgorithmOwner = Owner<X509_ALGOR, X509_ALGOR_free>;
using RequestOwner = Owner<X509_REQ, X509_REQ_free>;
using X509Owner = Owner<X509, X509_free>;
using NameOwner = Owner<X509_NAME, X509_NAME_free>;
using GeneralNameOwner = Owner<GENERAL_NAME, GENERAL_NAME_free>;
using GeneralNamesOwner = Owner<GENERAL_NAMES, GENERAL_NAMES_free>;
using ExtensionOwner = Owner<X509_EXTENSION, X509_EXTENSION_free>;
using ExtensionsOwner = Owner<STACK_OF(X509_EXTENSION), free_extensions>;
using TlsFeatureOwner = Owner<TLS_FEATURE, TLS_FEATURE_free>;
using ObjectOwner = Owner<ASN1_OBJECT, ASN1_OBJECT_free>;
using IntegerOwner = Owner<ASN1_INTEGER, ASN1_INTEGER_free>;
using OctetsOwner = Owner<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free>;
using Utf8Owner = Owner<unsigned char, free_text>;
using TimeOwner = Owner<ASN1_TIME, ASN1_TIME_free>;

// Reads from the text, which must outlive the BIO.
BioOwner reader_of(std::string_view text);
// Collects what is written; OpenSSL wipes its memory when it goes.
BioOwner collector();
// What a collector holds, valid as long as it.
std::string_view collected(const BioOwner& bio);

// DER of anything that has an i2d function.
template <typename T, typename Encode>
base::Bytes der_of(const T* object, Encode encode, const char* doing) {
    int size = encode(object, nullptr);
    check(size, doing);
    base::Bytes der(static_cast<std::size_t>(size));
    unsigned char* out = der.data();
    check(encode(object, &out), doing);
    return der;
}

}  // namespace md::crypto

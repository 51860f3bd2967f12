// SPDX-License-Identifier: Apache-2.0
#include "crypto/csr.hpp"

#include "crypto/signing.hpp"

namespace md::crypto {
namespace {

constexpr const char* making_request = "making a certificate signing request";
constexpr int status_request_feature = 5;  // RFC 6066 §8

void add_extension(ExtensionsOwner& extensions, int nid, void* value) {
    STACK_OF(X509_EXTENSION)* stack = extensions.release();
    int added = X509V3_add1_i2d(&stack, nid, value, 0, X509V3_ADD_APPEND);
    extensions.reset(stack);
    check(added, making_request);
}

TlsFeatureOwner must_staple_feature() {
    TlsFeatureOwner features(check(TLS_FEATURE_new(), making_request));
    IntegerOwner feature(check(ASN1_INTEGER_new(), making_request));
    check(ASN1_INTEGER_set(feature.get(), status_request_feature), making_request);
    check(sk_ASN1_INTEGER_push(features.get(), feature.get()), making_request);
    feature.release();
    return features;
}

}  // namespace

base::Bytes make_csr(const PrivateKey& key, const std::vector<model::Identifier>& names,
                     bool must_staple) {
    ExtensionsOwner extensions(check(sk_X509_EXTENSION_new_null(), making_request));
    GeneralNamesOwner subject_names = general_names(names);
    add_extension(extensions, NID_subject_alt_name, subject_names.get());
    if (must_staple) {
        TlsFeatureOwner feature = must_staple_feature();
        add_extension(extensions, NID_tlsfeature, feature.get());
    }
    RequestOwner request(check(X509_REQ_new(), making_request));
    check(X509_REQ_set_version(request.get(), X509_REQ_VERSION_1), making_request);
    check(X509_REQ_set_pubkey(request.get(), key.native()), making_request);
    check(X509_REQ_add_extensions(request.get(), extensions.get()), making_request);
    check(X509_REQ_sign(request.get(), key.native(), signing_digest(key)), making_request);
    return der_of(request.get(), i2d_X509_REQ, making_request);
}

}  // namespace md::crypto

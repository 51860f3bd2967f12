// SPDX-License-Identifier: Apache-2.0
#include "crypto/private_key.hpp"

#include "base/ascii.hpp"
#include "base/base64url.hpp"
#include "crypto/digest.hpp"
#include "crypto/owners.hpp"
#include "crypto/signing.hpp"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace md::crypto {
namespace {

constexpr int pbkdf2_salt_size = 16;

// What is fixed by the curve: its names, and the JWS algorithm with its sizes (RFC 7518 §3.4).
struct NamedCurve {
    std::string_view openssl, canonical, spec, algorithm;
    int coordinate_size;
};
constexpr std::array<NamedCurve, 3> curves = {{{"prime256v1", "P-256", "p-256", "ES256", 32},
                                               {"secp384r1", "P-384", "p-384", "ES384", 48},
                                               {"secp521r1", "P-521", "p-521", "ES512", 66}}};

int give_passphrase(char* buffer, int size, int /*writing*/, void* given) {
    const auto& passphrase = *static_cast<const base::Secret*>(given);
    if (passphrase.empty() || passphrase.size() > static_cast<std::size_t>(size))
        return -1;
    std::memcpy(buffer, passphrase.reveal().data(), passphrase.size());
    return static_cast<int>(passphrase.size());
}

std::string group_name(const EVP_PKEY* key) {
    std::array<char, 80> name{};
    std::size_t size = 0;
    check(EVP_PKEY_get_group_name(key, name.data(), name.size(), &size), "reading the curve");
    for (const NamedCurve& curve : curves)
        if (curve.canonical == name.data())
            return std::string(curve.openssl);
    return {name.data(), size};
}

const NamedCurve& curve_of(const EVP_PKEY* key) {
    std::string name = group_name(key);
    for (const NamedCurve& curve : curves)
        if (curve.openssl == name)
            return curve;
    throw CryptoError("there is no JWS algorithm for the curve " + name);
}

// A number of the public key as base64url of so many octets (0: as few as needed).
std::string number_text(const EVP_PKEY* key, const char* parameter, int size) {
    BIGNUM* raw = nullptr;
    check(EVP_PKEY_get_bn_param(key, parameter, &raw), "reading the public key");
    NumberOwner number(raw);
    base::Bytes bytes(static_cast<std::size_t>(size > 0 ? size : BN_num_bytes(raw)));
    check(BN_bn2binpad(raw, bytes.data(), static_cast<int>(bytes.size())), "writing a number");
    return base::base64url_encode(bytes);
}

// ASN.1 SEQUENCE { r, s } as r||s, both of fixed size.
base::Bytes fixed_width(const base::Bytes& der, int coordinate_size) {
    const unsigned char* in = der.data();
    EcdsaSignatureOwner signature(
        check(d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(der.size())), "reading a signature"));
    auto size = static_cast<std::size_t>(coordinate_size);
    base::Bytes both(2 * size);
    check(BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), both.data(), coordinate_size),
          "writing a signature");
    check(BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), both.data() + size, coordinate_size),
          "writing a signature");
    return both;
}

}  // namespace

PrivateKey PrivateKey::generate(const model::KeySpec& spec) {
    std::string doing = "generating a " + spec.text() + " key";
    EVP_PKEY* key = spec.type == model::KeySpec::Type::rsa
                        ? EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{spec.bits})
                        : EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", spec.canonical_curve().c_str());
    return PrivateKey(std::shared_ptr<EVP_PKEY>(check(key, doing.c_str()), EVP_PKEY_free));
}

PrivateKey PrivateKey::from_pem(std::string_view pem, const base::Secret& passphrase) {
    BioOwner bio = reader_of(pem);
    auto* given = const_cast<base::Secret*>(&passphrase);
    EVP_PKEY* read = PEM_read_bio_PrivateKey(bio.get(), nullptr, give_passphrase, given);
    std::shared_ptr<EVP_PKEY> key(check(read, "reading a private key"), EVP_PKEY_free);
    ERR_clear_error();  // decoders that were tried and did not fit leave their complaints behind
    if (!EVP_PKEY_is_a(key.get(), "RSA") && !EVP_PKEY_is_a(key.get(), "EC"))
        throw CryptoError("reading a private key: it is neither RSA nor EC");
    return PrivateKey(std::move(key));
}

base::Secret PrivateKey::to_pem() const {
    BioOwner bio = collector();
    check(PEM_write_bio_PKCS8PrivateKey(bio.get(), native(), nullptr, nullptr, 0, nullptr, nullptr),
          "writing a private key");
    return base::Secret(collected(bio));
}

std::string PrivateKey::to_encrypted_pem(const base::Secret& passphrase, int iterations) const {
    const char* doing = "encrypting a private key";
    if (passphrase.empty())
        throw CryptoError("encrypting a private key: the passphrase is empty");
    Pkcs8Owner plain(check(EVP_PKEY2PKCS8(native()), doing));
    AlgorithmOwner algorithm(check(PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), iterations, nullptr,
                                                     pbkdf2_salt_size, nullptr, NID_hmacWithSHA256),
                                   doing));
    X509_SIG* made = PKCS8_set0_pbe(passphrase.reveal().data(), static_cast<int>(passphrase.size()),
                                    plain.get(), algorithm.get());
    EncryptedKeyOwner encrypted(check(made, doing));
    algorithm.release();  // it is part of `encrypted` now
    BioOwner bio = collector();
    check(PEM_write_bio_PKCS8(bio.get(), encrypted.get()), doing);
    return std::string(collected(bio));
}

bool PrivateKey::is_rsa() const {
    return EVP_PKEY_is_a(native(), "RSA") == 1;
}

unsigned PrivateKey::bits() const {
    return static_cast<unsigned>(EVP_PKEY_get_bits(native()));
}

model::KeySpec PrivateKey::spec() const {
    if (is_rsa())
        return model::KeySpec::rsa(bits());
    std::string name = group_name(native());
    for (const NamedCurve& curve : curves)
        if (curve.openssl == name)
            return model::KeySpec::ec(std::string(curve.spec));
    return model::KeySpec::ec(base::lower(name));
}

std::string PrivateKey::jws_algorithm() const {
    return is_rsa() ? "RS256" : std::string(curve_of(native()).algorithm);
}

base::Bytes PrivateKey::sign_jws(std::string_view message) const {
    const char* doing = "signing";
    int coordinate_size = is_rsa() ? 0 : curve_of(native()).coordinate_size;
    DigestContextOwner context(check(EVP_MD_CTX_new(), doing));
    check(EVP_DigestSignInit(context.get(), nullptr, signing_digest(*this), nullptr, native()),
          doing);
    base::BytesView input = base::bytes_of(message);
    std::size_t size = 0;
    check(EVP_DigestSign(context.get(), nullptr, &size, input.data(), input.size()), doing);
    base::Bytes signature(size);
    check(EVP_DigestSign(context.get(), signature.data(), &size, input.data(), input.size()),
          doing);
    signature.resize(size);
    return is_rsa() ? signature : fixed_width(signature, coordinate_size);
}

std::string PrivateKey::public_jwk() const {
    if (is_rsa())
        return R"({"e":")" + number_text(native(), OSSL_PKEY_PARAM_RSA_E, 0) +
               R"(","kty":"RSA","n":")" + number_text(native(), OSSL_PKEY_PARAM_RSA_N, 0) + "\"}";
    const NamedCurve& curve = curve_of(native());
    return R"({"crv":")" + std::string(curve.canonical) + R"(","kty":"EC","x":")" +
           number_text(native(), OSSL_PKEY_PARAM_EC_PUB_X, curve.coordinate_size) + R"(","y":")" +
           number_text(native(), OSSL_PKEY_PARAM_EC_PUB_Y, curve.coordinate_size) + "\"}";
}

std::string PrivateKey::thumbprint() const {
    return base::base64url_encode(sha256(base::bytes_of(public_jwk())));
}

bool PrivateKey::same_key_as(const PrivateKey& other) const {
    return answer(EVP_PKEY_eq(native(), other.native()));
}

}  // namespace md::crypto

// SPDX-License-Identifier: Apache-2.0
// A private key from the members of a JWK (RFC 7518 §6.2, §6.3).
#include "base/base64url.hpp"
#include "crypto/owners.hpp"
#include "crypto/private_key.hpp"

#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include <vector>

namespace md::crypto {
namespace {

using Members = std::map<std::string, base::Secret>;
using BuilderOwner = Owner<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using ParametersOwner = Owner<OSSL_PARAM, OSSL_PARAM_free>;
using KeyContextOwner = Owner<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using SecretNumberOwner = Owner<BIGNUM, BN_clear_free>;

constexpr const char* reading_jwk = "reading a JWK";
constexpr std::size_t most_characters = 4096;

base::Secret octets(const Members& members, const char* name) {
    auto found = members.find(name);
    if (found == members.end() || found->second.size() > most_characters)
        throw CryptoError(std::string(reading_jwk) + ": it has no usable '" + name + "'");
    auto bytes = base::base64url_decode(found->second.reveal());
    if (!bytes || bytes->empty())
        throw CryptoError(std::string(reading_jwk) + ": '" + name + "' is not base64url");
    base::Secret result{base::BytesView(*bytes)};
    base::wipe(bytes->data(), bytes->size());
    return result;
}

// Numbers live as long as the builder: it keeps pointers to them until its parameters are made.
class Parameters {
public:
    void put(const char* parameter, const base::Secret& number) {
        BIGNUM* made = BN_bin2bn(number.bytes().data(), static_cast<int>(number.size()), nullptr);
        numbers_.emplace_back(check(made, reading_jwk));
        check(OSSL_PARAM_BLD_push_BN(builder_.get(), parameter, numbers_.back().get()),
              reading_jwk);
    }
    void put_text(const char* parameter, const char* text) {
        check(OSSL_PARAM_BLD_push_utf8_string(builder_.get(), parameter, text, 0), reading_jwk);
    }
    void put_octets(const char* parameter, const base::Bytes& bytes) {
        check(
            OSSL_PARAM_BLD_push_octet_string(builder_.get(), parameter, bytes.data(), bytes.size()),
            reading_jwk);
    }
    std::shared_ptr<EVP_PKEY> key(const char* type) {
        ParametersOwner parameters(check(OSSL_PARAM_BLD_to_param(builder_.get()), reading_jwk));
        KeyContextOwner context(
            check(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr), reading_jwk));
        check(EVP_PKEY_fromdata_init(context.get()), reading_jwk);
        EVP_PKEY* made = nullptr;
        check(EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_KEYPAIR, parameters.get()),
              reading_jwk);
        std::shared_ptr<EVP_PKEY> key(check(made, reading_jwk), EVP_PKEY_free);
        KeyContextOwner judge(
            check(EVP_PKEY_CTX_new_from_pkey(nullptr, made, nullptr), reading_jwk));
        check(EVP_PKEY_pairwise_check(judge.get()), reading_jwk);
        return key;
    }

private:
    std::vector<SecretNumberOwner> numbers_;
    BuilderOwner builder_{check(OSSL_PARAM_BLD_new(), reading_jwk)};
};

std::shared_ptr<EVP_PKEY> rsa_key(const Members& members) {
    constexpr std::pair<const char*, const char*> numbers[] = {
        {"n", OSSL_PKEY_PARAM_RSA_N},          {"e", OSSL_PKEY_PARAM_RSA_E},
        {"d", OSSL_PKEY_PARAM_RSA_D},          {"p", OSSL_PKEY_PARAM_RSA_FACTOR1},
        {"q", OSSL_PKEY_PARAM_RSA_FACTOR2},    {"dp", OSSL_PKEY_PARAM_RSA_EXPONENT1},
        {"dq", OSSL_PKEY_PARAM_RSA_EXPONENT2}, {"qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1}};
    Parameters parameters;
    for (const auto& [member, parameter] : numbers)
        parameters.put(parameter, octets(members, member));
    return parameters.key("RSA");
}

std::shared_ptr<EVP_PKEY> ec_key(const Members& members) {
    auto curve = members.find("crv");
    base::Bytes point = {4};  // not compressed: x and y follow
    for (const char* name : {"x", "y"}) {
        base::Secret coordinate = octets(members, name);
        point.insert(point.end(), coordinate.bytes().begin(), coordinate.bytes().end());
    }
    if (curve == members.end())
        throw CryptoError(std::string(reading_jwk) + ": it has no usable 'crv'");
    Parameters parameters;
    std::string group(curve->second.reveal());
    parameters.put_text(OSSL_PKEY_PARAM_GROUP_NAME, group.c_str());
    parameters.put_octets(OSSL_PKEY_PARAM_PUB_KEY, point);
    parameters.put(OSSL_PKEY_PARAM_PRIV_KEY, octets(members, "d"));
    return parameters.key("EC");
}

}  // namespace

PrivateKey PrivateKey::from_jwk(const Members& members) {
    auto type = members.find("kty");
    bool is_known = type != members.end();
    if (is_known && type->second.reveal() == "RSA")
        return PrivateKey(rsa_key(members));
    if (is_known && type->second.reveal() == "EC")
        return PrivateKey(ec_key(members));
    throw CryptoError(std::string(reading_jwk) + ": its 'kty' is neither RSA nor EC");
}

}  // namespace md::crypto

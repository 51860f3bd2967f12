// SPDX-License-Identifier: Apache-2.0
#include "crypto/jws.hpp"

#include "base/base64url.hpp"
#include "crypto/owners.hpp"
#include "crypto/vectors.hpp"
#include "support/catch.hpp"

#include <openssl/err.h>

using namespace md;
using crypto::PrivateKey;

namespace {

const char* rfc7515_payload =
    "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";
const char* rfc7515_payload_encoded =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    "";

// The verifier's side of ES256/384/512, from r||s.
bool verifies(const PrivateKey& key, const EVP_MD* digest, std::string_view message,
              const base::Bytes& signature) {
    auto half = static_cast<int>(signature.size() / 2);
    crypto::EcdsaSignatureOwner pair(ECDSA_SIG_new());
    ECDSA_SIG_set0(pair.get(), BN_bin2bn(signature.data(), half, nullptr),
                   BN_bin2bn(signature.data() + half, half, nullptr));
    base::Bytes der = crypto::der_of(pair.get(), i2d_ECDSA_SIG, "test");
    crypto::DigestContextOwner context(EVP_MD_CTX_new());
    REQUIRE(EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key.native()) == 1);
    auto input = base::bytes_of(message);
    return crypto::answer(
        EVP_DigestVerify(context.get(), der.data(), der.size(), input.data(), input.size()));
}

}  // namespace

TEST_CASE("RS256 gives the signature of RFC 7515 A.2") {
    PrivateKey key = PrivateKey::from_pem(test::rfc7515_rsa_key);
    CHECK(crypto::sign_jws(key, R"({"alg":"RS256"})", rfc7515_payload) ==
          std::string(R"({"protected":"eyJhbGciOiJSUzI1NiJ9","payload":")") +
              rfc7515_payload_encoded +
              R"(","signature":")"
              "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7"
              "AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4"
              "BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K"
              "0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqv"
              "hJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrB"
              "p0igcN_IoypGlUPQGe77Rw\"}");
}

TEST_CASE("HS256 gives the signature of RFC 7515 A.1") {
    auto raw = base::base64url_decode(
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
    REQUIRE(raw);
    std::string jws = crypto::mac_jws(model::MacAlgorithm::hs256, *raw,
                                      "{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}", rfc7515_payload);
    CHECK(jws == std::string(R"({"protected":"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9",)"
                             R"("payload":")") +
                     rfc7515_payload_encoded +
                     R"(","signature":"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"})");
}

TEST_CASE("the ES256 signature of RFC 7515 A.3 verifies, so the test's verifier is right") {
    PrivateKey key = PrivateKey::from_pem(test::rfc7515_ec_key);
    auto signature = base::base64url_decode(
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
    REQUIRE(signature);
    std::string input = std::string("eyJhbGciOiJFUzI1NiJ9.") + rfc7515_payload_encoded;
    CHECK(verifies(key, EVP_sha256(), input, *signature));
    CHECK_FALSE(verifies(key, EVP_sha256(), input + "x", *signature));
}

TEST_CASE("ECDSA signatures are r||s of fixed width and verify") {
    struct Row {
        const char* curve;
        const EVP_MD* digest;
        std::size_t size;
    };
    for (const Row& row : {Row{"p-256", EVP_sha256(), 64}, Row{"p-384", EVP_sha384(), 96},
                           Row{"p-521", EVP_sha512(), 132}}) {
        PrivateKey key = PrivateKey::generate(model::KeySpec::ec(row.curve));
        // Often enough for an r or s that starts with a zero octet.
        for (int i = 0; i < (row.size == 64 ? 600 : 20); ++i) {
            std::string message = "message " + std::to_string(i);
            base::Bytes signature = key.sign_jws(message);
            REQUIRE(signature.size() == row.size);
            REQUIRE(verifies(key, row.digest, message, signature));
        }
    }
}

TEST_CASE("POST-as-GET has an empty payload") {
    PrivateKey key = PrivateKey::generate(model::KeySpec::ec("p-256"));
    CHECK_THAT(crypto::sign_jws(key, R"({"alg":"ES256"})", ""),
               Catch::Contains(R"("payload":"","signature":")"));
    CHECK(ERR_peek_error() == 0);
}

// SPDX-License-Identifier: Apache-2.0
#include "crypto/private_key.hpp"

#include "base/base64url.hpp"
#include "crypto/digest.hpp"
#include "crypto/error.hpp"
#include "crypto/openssl_command.hpp"
#include "crypto/vectors.hpp"
#include "support/catch.hpp"

#include <openssl/err.h>

using namespace md;
using base::Secret;
using crypto::PrivateKey;
using model::KeySpec;

namespace {

// As md_store.json has it: 48 octets, one of them certainly NUL.
Secret raw_passphrase() {
    base::Bytes bytes = crypto::random_bytes(48);
    bytes[7] = 0;
    return Secret(base::BytesView(bytes));
}

}  // namespace

TEST_CASE("a generated key is of the kind asked for") {
    PrivateKey rsa = PrivateKey::generate(KeySpec::rsa(2048));
    CHECK(rsa.is_rsa());
    CHECK(rsa.bits() == 2048);
    CHECK(rsa.spec() == KeySpec::rsa(2048));
    CHECK(rsa.jws_algorithm() == "RS256");

    struct Row {
        const char *asked, *spec, *algorithm;
        unsigned bits;
    };
    for (const Row& row :
         {Row{"p-256", "p-256", "ES256", 256}, Row{"secp256r1", "p-256", "ES256", 256},
          Row{"secp384r1", "p-384", "ES384", 384}, Row{"p-521", "p-521", "ES512", 521}}) {
        PrivateKey key = PrivateKey::generate(KeySpec::ec(row.asked));
        CHECK_FALSE(key.is_rsa());
        CHECK(key.bits() == row.bits);
        CHECK(key.spec() == KeySpec::ec(row.spec));
        CHECK(key.jws_algorithm() == row.algorithm);
    }
}

TEST_CASE("a curve OpenSSL does not know is an error that names it") {
    CHECK_THROWS_WITH(PrivateKey::generate(KeySpec::ec("p-12")), Catch::Contains("p-12"));
    CHECK(ERR_peek_error() == 0);
}

TEST_CASE("a rarer curve makes a key, but no JWS") {
    PrivateKey key = PrivateKey::generate(KeySpec::ec("brainpoolP256r1"));
    CHECK(key.spec() == KeySpec::ec("brainpoolp256r1"));
    CHECK_THROWS_AS(key.jws_algorithm(), crypto::CryptoError);
    CHECK_THROWS_AS(key.sign_jws("x"), crypto::CryptoError);
    CHECK_THROWS_AS(key.public_jwk(), crypto::CryptoError);
}

TEST_CASE("plain PEM goes out as PKCS#8 and comes back as the same key") {
    for (const KeySpec& spec : {KeySpec::rsa(2048), KeySpec::ec("p-256"), KeySpec::ec("p-384")}) {
        PrivateKey key = PrivateKey::generate(spec);
        Secret pem = key.to_pem();
        CHECK(pem.reveal().starts_with("-----BEGIN PRIVATE KEY-----\n"));
        CHECK(pem.reveal().ends_with("-----END PRIVATE KEY-----\n"));
        CHECK(PrivateKey::from_pem(pem.reveal()).same_key_as(key));
        CHECK(PrivateKey::from_pem(pem.reveal(), raw_passphrase()).same_key_as(key));
        CHECK(ERR_peek_error() == 0);
    }
}

TEST_CASE("different keys are not the same key") {
    PrivateKey one = PrivateKey::generate(KeySpec::ec("p-256"));
    CHECK_FALSE(one.same_key_as(PrivateKey::generate(KeySpec::ec("p-256"))));
    CHECK_FALSE(one.same_key_as(PrivateKey::generate(KeySpec::ec("p-384"))));
    CHECK_FALSE(one.same_key_as(PrivateKey::from_pem(test::rfc7515_rsa_key)));
    CHECK(ERR_peek_error() == 0);
}

TEST_CASE("encrypted PEM opens with its raw passphrase, NUL included, and with no other") {
    for (const KeySpec& spec : {KeySpec::rsa(2048), KeySpec::ec("p-256")}) {
        PrivateKey key = PrivateKey::generate(spec);
        Secret passphrase = raw_passphrase();
        std::string pem = key.to_encrypted_pem(passphrase);
        CHECK(
            PrivateKey::from_pem(key.to_encrypted_pem(passphrase, 1), passphrase).same_key_as(key));
        CHECK(pem.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
        CHECK(PrivateKey::from_pem(pem, passphrase).same_key_as(key));

        Secret up_to_nul(passphrase.reveal().substr(0, 7));
        CHECK_THROWS_AS(PrivateKey::from_pem(pem, up_to_nul), crypto::CryptoError);
        CHECK_THROWS_AS(PrivateKey::from_pem(pem, raw_passphrase()), crypto::CryptoError);
        CHECK_THROWS_AS(PrivateKey::from_pem(pem), crypto::CryptoError);
        CHECK(ERR_peek_error() == 0);
    }
    PrivateKey key = PrivateKey::generate(KeySpec::ec("p-256"));
    CHECK_THROWS_AS(key.to_encrypted_pem(Secret{}), crypto::CryptoError);
}

TEST_CASE("encrypted PEM is PBES2 as mod_md writes it, and openssl opens it") {
    PrivateKey key = PrivateKey::generate(KeySpec::ec("p-256"));
    test::OpensslCommand openssl;
    openssl.file("key.pem", key.to_encrypted_pem(Secret("word of forty-eight letters")));
    auto opened = openssl("pkey -in key.pem -passin 'pass:word of forty-eight letters'");
    CHECK(opened.status == 0);
    CHECK(opened.output == std::string(key.to_pem().reveal()));
    CHECK(openssl("pkey -in key.pem -passin pass:wrong").status != 0);

    std::string parsed = openssl("asn1parse -in key.pem").output;
    for (const char* part :
         {":PBES2", ":PBKDF2", ":hmacWithSHA256", ":aes-256-cbc", "INTEGER           :0800"})
        CHECK_THAT(parsed, Catch::Contains(part));
}

TEST_CASE("encrypted PEM of older stores and of openssl opens") {
    PrivateKey key = PrivateKey::generate(KeySpec::ec("p-256"));
    test::OpensslCommand openssl;
    openssl.file("key.pem", key.to_pem().reveal());
    for (const char* how : {"pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA1",
                            "pkcs8 -topk8 -v2 aes-128-cbc -iter 4096", "ec -aes256"}) {
        auto made = openssl(std::string(how) + " -in key.pem -out other.pem -passout pass:secret");
        REQUIRE(made.status == 0);
        std::string pem = openssl.content("other.pem");
        REQUIRE_THAT(pem, Catch::Contains("ENCRYPTED"));
        CHECK(PrivateKey::from_pem(pem, Secret("secret")).same_key_as(key));
        CHECK_THROWS_AS(PrivateKey::from_pem(pem, Secret("wrong")), crypto::CryptoError);
        CHECK(ERR_peek_error() == 0);
    }
}

TEST_CASE("traditional PEM is read") {
    test::OpensslCommand openssl;
    REQUIRE(openssl("genrsa -traditional -out rsa.pem 2048").status == 0);
    REQUIRE(openssl("ecparam -name prime256v1 -genkey -noout -out ec.pem").status == 0);
    REQUIRE_THAT(openssl.content("rsa.pem"), Catch::Contains("BEGIN RSA PRIVATE KEY"));
    CHECK(PrivateKey::from_pem(openssl.content("rsa.pem")).bits() == 2048);
    CHECK(PrivateKey::from_pem(openssl.content("ec.pem")).spec() == KeySpec::ec("p-256"));
}

TEST_CASE("what is not a usable key throws and leaves the error queue empty") {
    test::OpensslCommand openssl;
    REQUIRE(openssl("genpkey -algorithm ed25519 -out other.pem").status == 0);
    std::string ed25519 = openssl.content("other.pem");
    std::string pem(PrivateKey::generate(KeySpec::ec("p-256")).to_pem().reveal());
    std::string cut = pem.substr(0, pem.size() / 2);
    std::string flipped = pem;
    flipped[40] = flipped[40] == 'A' ? 'B' : 'A';
    for (const std::string& text :
         {std::string(), std::string("not PEM"), std::string(100, '\0'), cut, flipped, ed25519,
          std::string("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
          std::string("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")}) {
        CHECK_THROWS_AS(PrivateKey::from_pem(text), crypto::CryptoError);
        CHECK(ERR_peek_error() == 0);
    }
    CHECK_THROWS_WITH(PrivateKey::from_pem(ed25519), Catch::Contains("neither RSA nor EC"));
}

TEST_CASE("the JWK of an EC key is the canonical one of RFC 7515 A.3") {
    PrivateKey key = PrivateKey::from_pem(test::rfc7515_ec_key);
    CHECK(key.public_jwk() ==
          R"({"crv":"P-256","kty":"EC","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
          R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})");
}

TEST_CASE("the thumbprint is the one of RFC 7638") {
    PrivateKey key = PrivateKey::from_pem(test::rfc7638_rsa_key);
    CHECK(key.thumbprint() == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    CHECK(key.public_jwk().starts_with(R"({"e":"AQAB","kty":"RSA","n":"0vx7agoebGcQ)"));
}

TEST_CASE("coordinates keep their leading zeros in a JWK") {
    // One key in 256 has a coordinate that starts with a zero octet.
    for (int i = 0; i < 600; ++i) {
        std::string jwk = PrivateKey::generate(KeySpec::ec("p-256")).public_jwk();
        REQUIRE(jwk.size() == 126);
    }
}

TEST_CASE("the private JWK of RFC 7515 appendix A.3.1 is its key, and what is no key is refused") {
    const auto jwk = [](const std::string& y) {
        std::map<std::string, base::Secret> members;
        for (const auto& [name, value] : std::map<std::string, std::string>{
                 {"kty", "EC"},
                 {"crv", "P-256"},
                 {"x", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"},
                 {"y", y},
                 {"d", "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}})
            members[name] = base::Secret(std::string_view(value));
        return members;
    };
    const auto key = PrivateKey::from_jwk(jwk("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"));
    CHECK(key.same_key_as(PrivateKey::from_pem(test::rfc7515_ec_key)));
    CHECK_THROWS_AS(PrivateKey::from_jwk(jwk("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a1")),
                    crypto::CryptoError);
    CHECK_THROWS_AS(PrivateKey::from_jwk(jwk("=")), crypto::CryptoError);
    CHECK_THROWS_AS(PrivateKey::from_jwk(jwk("")), crypto::CryptoError);
    CHECK_THROWS_AS(PrivateKey::from_jwk({}), crypto::CryptoError);
}

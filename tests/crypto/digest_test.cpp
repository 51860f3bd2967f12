// SPDX-License-Identifier: Apache-2.0
#include "crypto/digest.hpp"

#include "base/base64url.hpp"
#include "crypto/error.hpp"
#include "support/catch.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>

#include <algorithm>
#include <set>

using namespace md;
using base::bytes_of;

TEST_CASE("SHA-256 of abc is the one of FIPS 180-2") {
    auto digest = crypto::sha256(bytes_of("abc"));
    CHECK(base::base64url_encode(digest) == "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
    CHECK(crypto::sha256({}).size() == 32);
}

TEST_CASE("HMAC-SHA-256 is the one of RFC 4231 case 2, and takes an empty key") {
    auto mac = crypto::hmac_sha256(bytes_of("Jefe"), bytes_of("what do ya want for nothing?"));
    CHECK(base::base64url_encode(mac) == "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM");
    auto empty = crypto::hmac_sha256({}, {});
    CHECK(base::base64url_encode(empty) == "thNnmggU2ex3L5XXeMNfxf8Wl8STcVZTxscSFEKSxa0");
}

TEST_CASE("HMACs with the longer hashes are those of RFC 4231 case 2") {
    const auto key = bytes_of("Jefe"), message = bytes_of("what do ya want for nothing?");
    using model::MacAlgorithm;
    CHECK(base::base64url_encode(crypto::hmac(MacAlgorithm::hs384, key, message)) ==
          "r0XS43ZIQDFhf3jStYprG5x-9GT1oBtH5C7Dc2MiRF6OIkDKXmnix4syOez6shZJ");
    CHECK(base::base64url_encode(crypto::hmac(MacAlgorithm::hs512, key, message)) ==
          "Fkt6e_z4GeLjlfvnO1bgo4e9ZCIugx_WECcM1-olBVSXWL91wFqZSm0DT2X48Ob9yuqxo01Ka0tjbgcKOLznNw");
}

TEST_CASE("random octets come in the asked number and do not repeat") {
    CHECK(crypto::random_bytes(0).empty());
    CHECK(crypto::random_bytes(48).size() == 48);
    std::set<base::Bytes> seen;
    for (int i = 0; i < 100; ++i)
        seen.insert(crypto::random_bytes(16));
    CHECK(seen.size() == 100);
}

TEST_CASE("a random share lies in [0, 1) and fills it") {
    double least = 1, most = 0;
    for (int i = 0; i < 2000; ++i) {
        double share = crypto::random_share();
        REQUIRE(share >= 0);
        REQUIRE(share < 1);
        least = std::min(least, share);
        most = std::max(most, share);
    }
    CHECK(least < 0.05);
    CHECK(most > 0.95);
}

TEST_CASE("a raised error tells the oldest reason and leaves the queue empty") {
    REQUIRE(EVP_MD_fetch(nullptr, "NO-SUCH-DIGEST", nullptr) == nullptr);
    REQUIRE(ERR_peek_error() != 0);
    CHECK_THROWS_WITH(crypto::raise("hashing"), Catch::Contains("hashing: unsupported"));
    CHECK(ERR_peek_error() == 0);
    CHECK_THROWS_WITH(crypto::raise("hashing"), "hashing failed");
    CHECK_THROWS_AS(crypto::check(0, "x"), crypto::CryptoError);
    CHECK_THROWS_AS(crypto::check(-1, "x"), crypto::CryptoError);
    CHECK_NOTHROW(crypto::check(1, "x"));
}

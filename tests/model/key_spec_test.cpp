// SPDX-License-Identifier: Apache-2.0
#include "model/key_spec.hpp"

#include "support/catch.hpp"

#include <string>
#include <vector>

using namespace md::model;

TEST_CASE("a key's names: for files, for status, for people") {
    struct Row {
        KeySpec key;
        const char *suffix, *name, *text;
    };
    for (const Row& row :
         std::vector<Row>{{KeySpec::rsa(), "", "rsa", "RSA 2048"},
                          {KeySpec::rsa(4096), "", "rsa", "RSA 4096"},
                          {KeySpec::ec("p-256"), ".p-256", "p-256", "P-256"},
                          {KeySpec::ec("secp256r1"), ".secp256r1", "secp256r1", "P-256"},
                          {KeySpec::ec("prime256v1"), ".prime256v1", "prime256v1", "P-256"},
                          {KeySpec::ec("secp384r1"), ".secp384r1", "secp384r1", "P-384"},
                          {KeySpec::ec("p-521"), ".p-521", "p-521", "P-521"},
                          {KeySpec::ec("x25519"), ".x25519", "x25519", "x25519"}}) {
        CHECK(row.key.file_suffix() == row.suffix);
        CHECK(row.key.name() == row.name);
        CHECK(row.key.text() == row.text);
    }
}

TEST_CASE("a curve is kept as it was spelled, lower-cased") {
    for (const char* text : {"P-256", "p-256", "secp256r1", "SECP256R1", "prime256v1", "P256",
                             "P-384", "secp384r1", "P-521", "secp521r1"}) {
        auto parsed = parse_curve(text);
        REQUIRE(parsed.has_value());
        CHECK(parsed->type == KeySpec::Type::ec);
        CHECK(parsed->canonical_curve().starts_with("P-"));
        CHECK(parsed->curve.size() == std::string(text).size());
        CHECK(parse_curve(parsed->curve).value() == *parsed);
    }
    CHECK(parse_curve("SECP384R1").value().curve == "secp384r1");
    CHECK(parse_curve("secp384r1").value().canonical_curve() == "P-384");
}

TEST_CASE("what is no curve is refused with what to write") {
    for (const char* text : {"", "RSA", "P-255", "p-256 ", "ed25519", "../x", "p-256/../x"}) {
        auto parsed = parse_curve(text);
        REQUIRE_FALSE(parsed.has_value());
        CHECK_THAT(parsed.error().what, Catch::Contains("is not a key type"));
        CHECK_THAT(parsed.error().hint, Catch::Contains("P-256"));
    }
    CHECK(parse_curve(std::string(1'000'000, 'p')).error().what.size() < 100);
}

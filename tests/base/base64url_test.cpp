// SPDX-License-Identifier: Apache-2.0
#include "base/base64url.hpp"

#include "support/catch.hpp"

#include <string>
#include <utility>
#include <vector>

using namespace md::base;

namespace {

std::optional<std::string> decoded(std::string_view text) {
    auto bytes = base64url_decode(text);
    if (!bytes)
        return std::nullopt;
    return std::string(text_of(*bytes));
}

}  // namespace

TEST_CASE("the vectors of RFC 4648, without padding, both ways") {
    const std::vector<std::pair<std::string, std::string>> vectors = {
        {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},         {"foo", "Zm9v"},
        {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, encoded] : vectors) {
        CHECK(base64url_encode(plain) == encoded);
        CHECK(decoded(encoded) == plain);
    }
}

TEST_CASE("the two characters that differ from plain base64") {
    const Bytes bytes = {0xfb, 0xff, 0xfe};
    CHECK(base64url_encode(bytes) == "-__-");
    CHECK(base64url_decode("-__-") == bytes);
}

TEST_CASE("the example of RFC 7515 appendix C") {
    CHECK(base64url_encode(Bytes{3, 236, 255, 224, 193}) == "A-z_4ME");
}

TEST_CASE("every octet survives a round trip at every length") {
    Bytes bytes;
    for (int i = 0; i < 300; ++i) {
        CHECK(base64url_decode(base64url_encode(bytes)) == bytes);
        bytes.push_back(static_cast<unsigned char>(i * 7));
    }
}

TEST_CASE("what is not base64url is refused") {
    for (std::string_view text : {"A", "AAAAA", "Zg==", "Zg=", "Zm9v\n", " Zm9v", "Zm+v", "Zm/v",
                                  "Zm9v.", "Zh", "Zm9", "\xc3\xa4zzz"})
        CHECK_FALSE(base64url_decode(text));
    CHECK_FALSE(base64url_decode(std::string_view("Zm\0v", 4)));
}

TEST_CASE("a token is of the alphabet and not empty") {
    CHECK(is_base64url("abcXYZ019-_"));
    for (std::string_view text : {"", "a b", "a/b", "../x", "a=", "a\r\n"})
        CHECK_FALSE(is_base64url(text));
}

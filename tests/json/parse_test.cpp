// SPDX-License-Identifier: Apache-2.0
#include "json/parse.hpp"

#include "json/parsed_text.hpp"
#include "support/catch.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace {

namespace json = md::json;

std::string nested(int levels) {
    const auto count = static_cast<std::size_t>(levels);
    return std::string(count, '[') + std::string(count, ']');
}

std::string why(std::string_view text, const json::Bounds& bounds = {}) {
    auto parsed = json::parse<json::Value>(text, bounds);
    return parsed ? "" : parsed.error().why;
}

}  // namespace

TEST_CASE("what is too large or nested too deeply is not parsed") {
    CHECK(why("[]" + std::string(1024, ' '), {1024, 32}) == "it is larger than 1 KiB");
    CHECK(why(std::string(1024 * 1024 + 1, ' ')) == "it is larger than 1 MiB");
    CHECK(why(nested(32)) == "");
    CHECK(why(nested(33)) == "it is nested too deeply");
    CHECK(why(std::string(500'000, '[')) == "it is nested too deeply");
}

TEST_CASE("brackets in texts are no depth, and none ends in an escaped quote") {
    CHECK(why(R"({"a":"[[[[", "b":"\"[[[[\\"})", {1024, 1}) == "");
    CHECK(why(R"({"a":"\\", "b":[]})", {1024, 1}) == "it is nested too deeply");
}

TEST_CASE("what is no JSON is told from what is empty") {
    CHECK(why("") == "it is empty");
    CHECK(why("{") == "it is not JSON");
    CHECK(why("{} {}") == "it is not JSON");
    CHECK(why("\xff") == "it is not JSON");
}

TEST_CASE("of members of one name the last one counts, in order or not") {
    const std::string twice = R"({"b":1,"a":2,"b":3})";
    CHECK(json::parse<json::Value>(twice, {})->dump() == R"({"a":2,"b":3})");
    CHECK(json::parse<json::OrderedValue>(twice, {})->dump() == R"({"b":3,"a":2})");
}

TEST_CASE("text in Latin-1 and line breaks within texts are mended on demand") {
    const std::string by_hand = "{\"detail\":\"refus\xe9\nagain\"}";
    CHECK_FALSE(json::ParsedText::parse(by_hand, {}));
    const auto mended = json::ParsedText::parse_mended(by_hand, {});
    REQUIRE(mended);
    CHECK(mended->members().text("detail") == "refus\xc3\xa9 again");
    CHECK_FALSE(json::ParsedText::parse_mended("{\"detail\":", {}));
    CHECK_FALSE(json::ParsedText::parse_mended(nested(17), {1024, 16}));
}

TEST_CASE("mended text is UTF-8, and what was that stays") {
    CHECK(json::mended("gr\xc3\xbc\xc3\x9f") == "gr\xc3\xbc\xc3\x9f");
    CHECK(json::mended("\xe2\x82") == "\xc3\xa2\xc2\x82");
    CHECK(json::mended("\xf0\x9f\x94\x92\xf5") == "\xf0\x9f\x94\x92\xc3\xb5");
}

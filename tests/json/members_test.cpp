// SPDX-License-Identifier: Apache-2.0
#include "json/members.hpp"

#include "support/catch.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace {

namespace json = md::json;
using json::Members;

const json::Value sample = json::Value::parse(R"({
    "name": "a.org", "nothing": null, "on": true, "small": -3, "large": 4294967296,
    "huge": 18446744073709551615, "share": 0.5, "digest": "18446744073709551615",
    "at": "Mon, 01 Jun 2026 12:00:00 GMT", "names": ["a.org", 7, "b.org"],
    "inner": {"name": "b.org"}, "rows": [{"name": "c.org"}, null, "d.org"]})");

std::string fault(void (*read)(const Members&)) {
    std::string wrong;
    read(Members(sample, &wrong));
    return wrong;
}

}  // namespace

TEST_CASE("each kind of member is read by its name") {
    const Members members(sample);
    CHECK(members.text("name") == "a.org");
    CHECK(members.flag("on"));
    CHECK(members.number("small") == -3);
    CHECK(members.number("large") == 4294967296);
    CHECK(members.digest("digest") == 18446744073709551615U);
    CHECK(members.date("at") ==
          std::chrono::sys_days{std::chrono::year{2026} / 6 / 1} + std::chrono::hours{12});
    CHECK(members.texts("names") == std::vector<std::string>{"a.org", "b.org"});
    CHECK(members.object("inner").text("name") == "b.org");
    CHECK(members.has_object("inner"));
    CHECK(members.has_list("rows"));
}

TEST_CASE("what is absent or null reads as nothing, and is no fault") {
    std::string wrong;
    const Members members(sample, &wrong);
    for (const char* key : {"absent", "nothing"}) {
        CHECK_FALSE(members.has(key));
        CHECK(members.text(key) == "");
        CHECK(members.optional_flag(key) == std::nullopt);
        CHECK(members.number(key) == std::nullopt);
        CHECK(members.count(key) == 0);
        CHECK(members.digest(key) == 0);
        CHECK(members.date(key) == std::nullopt);
        CHECK(members.texts(key).empty());
        CHECK(members.list(key).empty());
        CHECK_FALSE(members.object(key).has("name"));
    }
    CHECK(wrong == "");
}

TEST_CASE("what is of another type reads as nothing, and the first one is told") {
    CHECK(fault([](const Members& m) { CHECK(m.text("on") == ""); }) == "'on' is not a text");
    CHECK(fault([](const Members& m) { CHECK_FALSE(m.flag("name")); }) ==
          "'name' is neither true nor false");
    CHECK(fault([](const Members& m) { CHECK_FALSE(m.number("share")); }) ==
          "'share' is not an integer");
    CHECK(fault([](const Members& m) { CHECK_FALSE(m.number("huge")); }) ==
          "'huge' is not an integer");
    CHECK(fault([](const Members& m) { CHECK(m.count("small") == 0); }) ==
          "'small' is out of range");
    CHECK(fault([](const Members& m) { CHECK(m.count("large") == 0); }) ==
          "'large' is out of range");
    CHECK(fault([](const Members& m) { CHECK_FALSE(m.date("name")); }) == "'name' is not a date");
    CHECK(fault([](const Members& m) { CHECK(m.texts("name").empty()); }) ==
          "'name' is not a list");
    CHECK(fault([](const Members& m) { m.texts("names"); }) ==
          "'names' has an element that is not a text");
    CHECK(fault([](const Members& m) { CHECK_FALSE(m.object("name").has("x")); }) ==
          "'name' is not an object");
    CHECK(fault([](const Members& m) { CHECK(m.list("inner").empty()); }) ==
          "'inner' is not a list");
    CHECK(fault([](const Members& m) {
              m.text("on");
              m.object("inner").flag("name");
          }) == "'on' is not a text");
    CHECK(fault([](const Members& m) { m.object("inner").flag("name"); }) ==
          "'name' is neither true nor false");
    CHECK_NOTHROW(Members(sample).text("on"));
}

TEST_CASE("of what is no object every member is absent") {
    for (const char* text : {"null", "7", "\"name\"", "[{\"name\":\"a\"}]"}) {
        const json::Value value = json::Value::parse(text);
        const Members members(value);
        CHECK_FALSE(members.is_object());
        CHECK(members.text("name") == "");
        CHECK(members.all().empty());
    }
}

TEST_CASE("the elements of a list and the members of an object are read in turn") {
    std::vector<std::string> names;
    for (const Members& row : Members(sample).list("rows"))
        names.push_back(row.is_object() ? row.text("name") : "-");
    CHECK(names == std::vector<std::string>{"c.org", "-", "-"});
    const auto value = json::OrderedValue::parse(R"({"b": {"x": "1"}, "a": 2})");
    std::string read;
    for (const auto& [name, member] : json::OrderedMembers(value).all())
        read += name + "=" + member.text("x") + ";";
    CHECK(read == "b=1;a=;");
}

TEST_CASE("for people control characters are masked, at every depth") {
    const json::Value value = json::Value::parse(
        R"({"a": "1\u001b2", "inner": {"b": ["3\u00074"], "k\u001b": {}}, "rows": [{"c": "\u0085"}]})");
    const Members members = Members::printable(value);
    const std::string masked = members.text("a");
    CHECK(masked.find('\x1b') == std::string::npos);
    CHECK(masked.starts_with("1"));
    CHECK(members.object("inner").texts("b").at(0).find('\x07') == std::string::npos);
    CHECK(members.object("inner").all().at(1).first.find('\x1b') == std::string::npos);
    CHECK(members.list("rows").at(0).text("c").find("\xc2\x85") == std::string::npos);
    CHECK(Members(value).text("a") ==
          "1\x1b"
          "2");
}

// SPDX-License-Identifier: Apache-2.0
#include "model/domain_name.hpp"

#include "support/catch.hpp"

#include <string>
#include <utility>
#include <vector>

using namespace md::model;

namespace {

const std::string label_63(63, 'a');

}  // namespace

TEST_CASE("names as certificates carry them") {
    const std::vector<std::pair<std::string, std::string>> table = {
        {"example.org", "example.org"},         {"WWW.Example.ORG", "www.example.org"},
        {"example.org.", "example.org"},        {"xn--mnchen-3ya.de", "xn--mnchen-3ya.de"},
        {"a--b.c-d.e", "a--b.c-d.e"},           {"123.example", "123.example"},
        {"1.2.3.4.example", "1.2.3.4.example"}, {"localhost", "localhost"},
        {"*.example.org", "*.example.org"},     {"*.Example.ORG.", "*.example.org"},
        {label_63 + ".org", label_63 + ".org"}, {"_a.B_c.org", "_a.b_c.org"},
    };
    for (const auto& [text, expected] : table) {
        auto parsed = DomainName::parse(text);
        REQUIRE(parsed.has_value());
        CHECK(parsed->text() == expected);
        CHECK(DomainName::parse(parsed->text()).value() == *parsed);
    }
}

TEST_CASE("what is no name, why, and what to write instead") {
    struct Row {
        std::string text, why, hint;
    };
    const std::vector<Row> table = {
        {"", "empty label", "letters, digits and hyphens"},
        {".", "empty label", ""},
        {"..", "empty label", ""},
        {"a..b", "empty label", ""},
        {".a.org", "empty label", ""},
        {"a.org..", "empty label", ""},
        {"a+b.org", "'+' may not stand in it", "letters, digits and hyphens"},
        {"-a.org", "starts or ends with a hyphen", ""},
        {"a-.org", "starts or ends with a hyphen", ""},
        {"a b.org", "may not stand in it", ""},
        {"a\n\x1b.org", "'a??.org' is not a domain name: '?' may not stand in it", ""},
        {std::string("a\0.org", 6), "'?' may not stand in it", ""},
        {label_63 + "a.org", "longer than 63", ""},
        {"m\xc3\xbcnchen.de", "outside ASCII", "xn--"},
        {"https://a.org/", "", "without http://"},
        {"a.org:443", "':' may not stand in it", "without a port"},
        {"a.org/x", "'/' may not stand in it", ""},
        {"../../etc/passwd", "", ""},
        {"1.2.3.4", "IP address", ""},
        {"42", "a number", ""},
        {"::1", "", ""},
        {"*", "", "*.example.org"},
        {"*.org", "at least two labels", "*.example.org"},
        {"*.", "", "*.example.org"},
        {"*a.example.org", "'*' may not stand in it", "*.example.org"},
        {"a.*.org", "'*' may not stand in it", "*.example.org"},
        {"*.*.example.org", "'*' may not stand in it", "*.example.org"},
    };
    for (const Row& row : table) {
        CAPTURE(row.text);
        auto parsed = DomainName::parse(row.text);
        REQUIRE_FALSE(parsed.has_value());
        CHECK_THAT(parsed.error().what,
                   Catch::Contains("is not a domain name: ") && Catch::Contains(row.why));
        CHECK_THAT(parsed.error().hint, Catch::Contains(row.hint));
        CHECK_FALSE(parsed.error().hint.empty());
    }
}

TEST_CASE("253 characters are a name, 254 are not, and a message stays short") {
    std::string longest = label_63 + "." + label_63 + "." + label_63 + "." + std::string(61, 'b');
    REQUIRE(longest.size() == 253);
    CHECK(DomainName::parse(longest).has_value());
    CHECK(DomainName::parse(longest + ".").has_value());
    auto refused = DomainName::parse(longest + "b");
    REQUIRE_FALSE(refused.has_value());
    CHECK_THAT(refused.error().what, Catch::Contains("longer than 253"));
    CHECK(DomainName::parse(std::string(10'000'000, 'x')).error().what.size() < 200);
}

TEST_CASE("names that are written differently are one name") {
    CHECK(DomainName::parse("a.org").value() == DomainName::parse("A.ORG.").value());
    CHECK(DomainName::parse("a.org").value() < DomainName::parse("b.org").value());
}

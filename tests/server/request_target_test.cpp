// SPDX-License-Identifier: Apache-2.0
// Targets and hosts taken apart, and what is refused.
#include "server/request_target.hpp"

#include "support/catch.hpp"

#include <string>
#include <vector>

using namespace md::server;
using namespace std::string_literals;

TEST_CASE("a target is split into authority, path and query") {
    struct Row {
        std::string target, authority, path, query;
    };
    auto row = GENERATE(values<Row>({
        {"/", "-", "/", ""},
        {"/a/b?c=d?e", "-", "/a/b", "?c=d?e"},
        {"/?", "-", "/", "?"},
        {"//evil.example/x", "-", "//evil.example/x", ""},
        {"/%2e%2e/%00", "-", "/%2e%2e/%00", ""},
        {"/../../etc/passwd", "-", "/../../etc/passwd", ""},
        {"/http://x/", "-", "/http://x/", ""},
        {"*", "-", "*", ""},
        {"http://a.example", "a.example", "/", ""},
        {"http://a.example?q", "a.example", "/", "?q"},
        {"http://a.example:80/x?q", "a.example:80", "/x", "?q"},
        {"HTTPS://A.example/", "A.example", "/", ""},
        {"http://[::1]:80/x", "[::1]:80", "/x", ""},
        {"/\xc3\xa4", "-", "/\xc3\xa4", ""},
    }));
    CAPTURE(row.target);
    auto target = parse_target(row.target);
    REQUIRE(target);
    CHECK(std::string(target->authority.value_or("-")) == row.authority);
    CHECK(target->path == row.path);
    CHECK(target->query == row.query);
}

TEST_CASE("what is no target of this server is refused") {
    auto target = GENERATE(values<std::string>(
        {"", "a", "a.example:443", "*/", "?q", "http://", "http:///x", "http:/a", "ftp://a/",
         "https:", "/a b", "/a\tb", "/a#b", "/a\r\nX: y", "/\0x"s, "/\x7f", "http://a#b", " /"}));
    CAPTURE(target);
    CHECK_FALSE(parse_target(target));
}

TEST_CASE("a host is found without port, brackets and trailing dot") {
    struct Row {
        std::string authority, host;
    };
    auto row = GENERATE(values<Row>({
        {"", ""},
        {"a.example", "a.example"},
        {"A.Example.", "A.Example"},
        {"a.example:80", "a.example"},
        {"a.example.:80", "a.example"},
        {"a.example:", "a.example"},
        {"192.0.2.1:80", "192.0.2.1"},
        {"[::1]", "::1"},
        {"[2001:db8::1]:443", "2001:db8::1"},
        {"a_b.example", "a_b.example"},
        {"%41.example", "%41.example"},
    }));
    CAPTURE(row.authority);
    auto host = host_of(row.authority);
    REQUIRE(host);
    CHECK(*host == row.host);
}

TEST_CASE("what is no host is refused") {
    auto authority = GENERATE(
        values<std::string>({"a b",     "user@a.example", "a.example/x",      "a.example\\", "a:b",
                             "a:80:80", "a:8x",           "a:123456",         ":80",         "[::1",
                             "[]",      "[::1]x",         "[::1]80",          "a\tb",        "a\"b",
                             "a<b",     "a,b c",          "\xc3\xa4.example", "a\0b"s,       "a?b",
                             "a#b",     "[a/b]"}));
    CAPTURE(authority);
    CHECK_FALSE(host_of(authority));
}

TEST_CASE("only what belongs into a URI gets into one") {
    std::string out = "https://a.example";
    append_as_uri(out, "/x/%41~-._!$&'()*+,;=:@?q[1]=/");
    CHECK(out == "https://a.example/x/%41~-._!$&'()*+,;=:@?q[1]=/");
    out.clear();
    append_as_uri(out, "\r\n \"<>\\^`{|}\xc3\xa4\x7f#"s + '\0');
    CHECK(out == "%0D%0A%20%22%3C%3E%5C%5E%60%7B%7C%7D%C3%A4%7F%23%00");
}

TEST_CASE("ASCII alone is lower-cased") {}

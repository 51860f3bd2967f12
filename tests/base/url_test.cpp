// SPDX-License-Identifier: Apache-2.0
#include "base/url.hpp"

#include "support/catch.hpp"

using md::base::Url;

TEST_CASE("a URL is parsed into its parts") {
    struct Row {
        const char *text, *scheme, *host;
        unsigned port;
        const char *target, *user_info, *authority, *origin;
    };
    for (const Row& row : {
             Row{"https://ca.example/acme/new-order?x=1", "https", "ca.example", 443,
                 "/acme/new-order?x=1", "", "ca.example", "https://ca.example:443"},
             Row{"HTTP://CA.Example", "http", "ca.example", 80, "/", "", "ca.example",
                 "http://ca.example:80"},
             Row{"https://ca.example:443/", "https", "ca.example", 443, "/", "", "ca.example",
                 "https://ca.example:443"},
             Row{"https://ca.example:14000/dir", "https", "ca.example", 14000, "/dir", "",
                 "ca.example:14000", "https://ca.example:14000"},
             Row{"http://ca.example:443", "http", "ca.example", 443, "/", "", "ca.example:443",
                 "http://ca.example:443"},
             Row{"https://[2001:DB8::1]:8443/a", "https", "2001:db8::1", 8443, "/a", "",
                 "[2001:db8::1]:8443", "https://[2001:db8::1]:8443"},
             Row{"https://192.0.2.7/", "https", "192.0.2.7", 443, "/", "", "192.0.2.7",
                 "https://192.0.2.7:443"},
             Row{"http://10.0.0.1.example.org:8080/dir", "http", "10.0.0.1.example.org", 8080,
                 "/dir", "", "10.0.0.1.example.org:8080", "http://10.0.0.1.example.org:8080"},
             Row{"http://user:p%40ss%3Aword@proxy:3128", "http", "proxy", 3128, "/",
                 "user:p@ss:word", "proxy:3128", "http://proxy:3128"},
             Row{"https://ca.example?only=query", "https", "ca.example", 443, "/?only=query", "",
                 "ca.example", "https://ca.example:443"},
             Row{"https://ca.example/a%20b/%2e%2e/c", "https", "ca.example", 443, "/a%20b/%2e%2e/c",
                 "", "ca.example", "https://ca.example:443"},
             Row{"https://ca.example/x#fragment", "https", "ca.example", 443, "/x", "",
                 "ca.example", "https://ca.example:443"},
             Row{"https://ca.example:/x", "https", "ca.example", 443, "/x", "", "ca.example",
                 "https://ca.example:443"},
             Row{"https://under_score.example./", "https", "under_score.example.", 443, "/", "",
                 "under_score.example.", "https://under_score.example.:443"},
         }) {
        CAPTURE(row.text);
        auto url = Url::parse(row.text);
        REQUIRE(url);
        CHECK(url->scheme() == row.scheme);
        CHECK(url->host() == row.host);
        CHECK(url->port() == row.port);
        CHECK(url->target() == row.target);
        CHECK(url->user_info() == row.user_info);
        CHECK(url->authority() == row.authority);
        CHECK(url->origin() == row.origin);
        CHECK(url->text() == std::string(row.scheme) + "://" + row.authority + row.target);
        CHECK(url->is_https() == (url->scheme() == "https"));
        CHECK(Url::parse(url->text()));
    }
}

TEST_CASE("what is not an absolute http or https URL is none") {
    for (std::string_view text : {"",
                                  " ",
                                  "ca.example",
                                  "/dir",
                                  "//ca.example/dir",
                                  "ftp://ca.example/",
                                  "file:///etc/x",
                                  "https:",
                                  "https:/",
                                  "https://",
                                  "https:///dir",
                                  "https://:443/",
                                  "https:ca.example",
                                  "mailto:a@b.org",
                                  "javascript:alert(1)",
                                  "https://ca.example:0/",
                                  "https://ca.example:65536/",
                                  "https://ca.example:99999999999999999999/",
                                  "https://ca.example:-1/",
                                  "https://ca.example:4x/",
                                  "https://ca .example/",
                                  "https://ca.example/a b",
                                  "https://ca.example/\r\nX: y",
                                  "https://ca.example/a\tb",
                                  "https://ca.example/\x7f",
                                  "https://ca.example/\xc3\xa4",
                                  "https://c\xc3\xa4.example/",
                                  "https://ca%0d%0a.example/",
                                  "https://ca%2eexample/",
                                  "https://[::1/",
                                  "https://::1/",
                                  "https://[v1.x]/",
                                  "https://[fe80::1%25eth0]/",
                                  "https://ca.example/%zz",
                                  "https://ca.example/<x>",
                                  "https://ca.example/\"",
                                  "https://ca.example/\\x",
                                  "https://a@b@c/",
                                  "https://.example/",
                                  "https://ca;x.example/",
                                  "https://$(id)/",
                                  " https://ca.example/",
                                  "https://ca.example/ "}) {
        CAPTURE(std::string(text));
        CHECK_FALSE(Url::parse(text));
    }
    CHECK_FALSE(Url::parse(std::string_view("https://ca.example/\0x", 21)));
    CHECK_FALSE(Url::parse("https://ca.example/" + std::string(8000, 'a')));
    CHECK(Url::parse("https://ca.example/" + std::string(7900, 'a')));
}

TEST_CASE("user information never shows") {
    auto url = Url::parse("http://name:secret@proxy.example:3128/");
    REQUIRE(url);
    for (const std::string& text : {url->text(), url->origin(), url->authority(), url->target()}) {
        CHECK_THAT(text, !Catch::Contains("secret"));
        CHECK_THAT(text, !Catch::Contains("name"));
    }
}

TEST_CASE("URLs of one place are equal whatever their spelling") {
    CHECK(Url::parse("HTTPS://CA.example:443/a") == Url::parse("https://ca.example/a"));
    CHECK(Url::parse("https://ca.example/a") != Url::parse("https://ca.example/A"));
    CHECK(Url::parse("https://ca.example/") != Url::parse("http://ca.example/"));
}

TEST_CASE("a relative reference is of the place that it stands in") {
    const Url base = Url::parse("https://ca.test:4430/acme/order/17?x=1").value();
    const auto at = [&](const char* reference) {
        auto url = base.resolve(reference);
        return url ? url->text() : "";
    };
    CHECK(at("https://other.test/a/../b") == "https://other.test/a/../b");
    CHECK(at("//other.test/a") == "https://other.test/a");
    CHECK(at("/cert/1?y=2") == "https://ca.test:4430/cert/1?y=2");
    CHECK(at("cert/1") == "https://ca.test:4430/acme/order/cert/1");
    CHECK(at("./18") == "https://ca.test:4430/acme/order/18");
    CHECK(at("../cert/1") == "https://ca.test:4430/acme/cert/1");
    CHECK(at("../../../../x/./y/..") == "https://ca.test:4430/x/");
    CHECK(at("?y=2") == "https://ca.test:4430/acme/order/17?y=2");
    CHECK(at("/a?b=../c") == "https://ca.test:4430/a?b=../c");
    for (const char* none : {"", "ftp://ca.test/x", "javascript:alert(1)", "data:,x", "//", "/a b",
                             "https://", "//:1/", "x\r\ny"})
        CHECK(at(none) == "");
}

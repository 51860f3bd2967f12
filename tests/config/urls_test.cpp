// SPDX-License-Identifier: Apache-2.0
#include "config/values.hpp"
#include "support/catch.hpp"

using namespace md::config;

TEST_CASE("a URL has a scheme of the web and a host") {
    for (const char* text :
         {"https://ca.example.org", "https://ca.example.org/directory", "HTTPS://CA.example.org/d",
          "http://localhost:14000/dir", "https://[::1]:14000/dir", "https://ca.example.org/d?x=1"})
        CHECK(parse_http_url(text).value() == text);
}

TEST_CASE("what is no URL of the web is refused") {
    for (const char* text :
         {"", "ca.example.org", "ftp://ca.example.org/", "https:/ca.example.org", "https://",
          "https:///directory", "https://:443/", "https://ca.example.org:0/",
          "https://ca.example.org:99999/", "https://ca.example.org:/", "https://[::1/",
          "https://[::1]443/", "https://ca.example.org/#top", "https://ca.example.org/a b",
          "https://ca.example.org/\n", "https://user@/",
          "https://b\xc3\xbc"
          "cher.example/"})
        CHECK(parse_http_url(text).has_error());
}

TEST_CASE("a CA is named by its directory or by name") {
    CHECK(parse_authority("https://ca.example.org/directory").value().url ==
          "https://ca.example.org/directory");
    CHECK(parse_authority("LetsEncrypt").value().url ==
          "https://acme-v02.api.letsencrypt.org/directory");
    CHECK(parse_authority("letsencrypt-test").value().url ==
          "https://acme-staging-v02.api.letsencrypt.org/directory");
    CHECK(parse_authority("LetsEncrypt").value().replaced.empty());
}

TEST_CASE("the addresses of ACME's first version lead to those of the second") {
    auto live = parse_authority("https://acme-v01.api.letsencrypt.org/directory").value();
    CHECK(live.url == "https://acme-v02.api.letsencrypt.org/directory");
    CHECK(live.replaced == "https://acme-v01.api.letsencrypt.org/directory");
    auto staging = parse_authority("https://acme-staging.api.letsencrypt.org/directory").value();
    CHECK(staging.url == "https://acme-staging-v02.api.letsencrypt.org/directory");
}

TEST_CASE("a CA nobody knows is refused with a guess") {
    CHECK(parse_authority("LetsEncrpyt").error().hint == "did you mean 'LetsEncrypt'?");
    CHECK(parse_authority("Letsencrypt-tset").error().hint == "did you mean 'LetsEncrypt-Test'?");
    CHECK(parse_authority("BigCorp").error().hint ==
          "write its directory URL, or LetsEncrypt, ZeroSSL, Google or another name of "
          "mdcertd.conf(5)");
    CHECK(parse_authority("zerossl").value().url == "https://acme.zerossl.com/v2/DV90");
    CHECK(parse_authority("SSLCOM-ecc").value().url == "https://acme.ssl.com/sslcom-dv-ecc");
    CHECK(parse_authority("").has_error());
    CHECK(parse_authority("https://user:word@ca.example.org/").has_error());
}

TEST_CASE("a proxy is a URL without a path, maybe with a login") {
    for (const char* text : {"http://proxy.example.org:3128", "HTTP://proxy.example.org/",
                             "http://user:pass@proxy.example.org:3128", "http://[::1]:8080"})
        CHECK(parse_proxy(text).value() == text);
    for (const char* text :
         {"proxy.example.org:3128", "https://proxy.example.org:3128", "socks5://proxy.example.org",
          "http://", "http://proxy.example.org/path", "http://user:pass@"})
        CHECK(parse_proxy(text).has_error());
}

TEST_CASE("a mistake in a proxy's URL does not show the password") {
    for (const char* text : {"htp://user:secret@proxy:1", "HTTPS://user:secret@proxy:1",
                             "http://user:secret@proxy:99999", "http://user:secret@proxy:1/path",
                             "http://user:sec ret@proxy:1"}) {
        auto mistake = parse_proxy(text).error();
        CHECK(mistake.what.find("secret") == std::string::npos);
        CHECK(mistake.hint.find("secret") == std::string::npos);
    }
}

TEST_CASE("a password in a URL is masked") {
    CHECK(without_password("http://user:secret@proxy:3128") == "http://user:***@proxy:3128");
    CHECK(without_password("http://user:se@cret@proxy:3128/") == "http://user:***@proxy:3128/");
    CHECK(without_password("http://user@proxy:3128") == "http://user@proxy:3128");
    CHECK(without_password("http://proxy:3128") == "http://proxy:3128");
    CHECK(without_password("no url") == "no url");
}

TEST_CASE("a contact is an address or a URI") {
    CHECK(parse_contact("ops@example.org").value() == "mailto:ops@example.org");
    CHECK(parse_contact("mailto:ops@example.org").value() == "mailto:ops@example.org");
    CHECK(parse_contact("MAILTO:ops@example.org").value() == "mailto:ops@example.org");
    CHECK(parse_contact("tel:+4930123456").value() == "tel:+4930123456");
    for (const char* text : {"", "admin", "@example.org", "ops@", "a@b@c.org", "mailto:",
                             "ops@example.org,admin@example.org", "ops@example.org?subject=x",
                             "you@example.org (you)", "[no address given]"})
        CHECK(parse_contact(text).has_error());
}

TEST_CASE("a CA takes only addresses with a real domain") {
    CHECK(is_public_contact("mailto:ops@example.org"));
    CHECK_FALSE(is_public_contact("mailto:webmaster@localhost"));
    CHECK_FALSE(is_public_contact("mailto:first.last@localhost"));
    CHECK_FALSE(is_public_contact("https://example.org/admin"));
}

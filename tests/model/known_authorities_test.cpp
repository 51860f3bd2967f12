// SPDX-License-Identifier: Apache-2.0
#include "model/known_authorities.hpp"

#include "support/catch.hpp"

using namespace md::model;

TEST_CASE("one directory is the same CA however its URL is written") {
    for (const char* url :
         {"https://ca.example/dir", "https://CA.Example/dir", "https://ca.example:443/dir",
          "HTTPS://ca.example/dir/", "https://ca.example:443/dir//"}) {
        INFO(url);
        CHECK(same_authority(url, "https://ca.example/dir"));
        CHECK(same_authority("https://ca.example/dir", url));
    }
    for (const char* url :
         {"https://ca.example/DIR", "https://ca.example:8443/dir", "http://ca.example/dir",
          "https://ca.example/", "https://other.example/dir", "https://ca.example/dir?x=/", ""}) {
        INFO(url);
        CHECK_FALSE(same_authority(url, "https://ca.example/dir"));
    }
    CHECK(same_authority("http://localhost:80/dir", "http://localhost/dir"));
    CHECK(same_authority("", ""));
}

// A store that mod_md wrote in 2018 still names it.
TEST_CASE("Let's Encrypt's directory of ACME v1 is the one of today, and staging is another") {
    constexpr const char* live = "https://acme-v02.api.letsencrypt.org/directory";
    constexpr const char* staging = "https://acme-staging-v02.api.letsencrypt.org/directory";
    CHECK(same_authority("https://acme-v01.api.letsencrypt.org/directory", live));
    CHECK(same_authority("https://acme-v01.api.letsencrypt.org/directory/", live));
    CHECK(same_authority("https://acme-staging.api.letsencrypt.org/directory", staging));
    CHECK_FALSE(same_authority(live, staging));
    CHECK_FALSE(same_authority("https://acme-v01.api.letsencrypt.org/directory", staging));
    CHECK(successor_of("https://ca.example/dir") == nullptr);
}

TEST_CASE("public CAs are known by name, by URL and by host") {
    CHECK(authority_named("letsencrypt")->directory_url == lets_encrypt);
    CHECK(authority_named("") == nullptr);
    CHECK(authority_named("Buypass")->is_closed);
    CHECK(authority_at("https://acme.zerossl.com/v2/DV90") != nullptr);
    CHECK(authority_at("https://acme.zerossl.com/") == nullptr);
    CHECK(authority_on("https://ACME-v02.api.letsencrypt.org/acme/acct/1")->directory_url ==
          lets_encrypt);
    CHECK(authority_on("dv.acme-v02.api.pki.goog") != nullptr);
    CHECK(authority_on("ca.example") == nullptr);
    CHECK(spoke_acme_v1("acme-staging.api.letsencrypt.org"));
    CHECK_FALSE(spoke_acme_v1("acme-v02.api.letsencrypt.org"));
}

// SPDX-License-Identifier: Apache-2.0
// Names, keys and modes as mod_md's store has them.
#include "store/layout.hpp"

#include "support/catch.hpp"

using namespace md::store;
using md::model::KeySpec;

TEST_CASE("keys lead to mod_md's places") {
    CHECK(domain_key("a.org") == "domains/a.org");
    CHECK(domain_key("a.org", md_file) == "domains/a.org/md.json");
    CHECK(domain_key("*.a.org", "pubcert.pem") == "domains/*.a.org/pubcert.pem");
    CHECK(staging_key("a.org", order_file) == "staging/a.org/order.json");
    CHECK(account_key("ACME-localhost-0000", account_key_file) ==
          "accounts/ACME-localhost-0000/account.pem");
    CHECK(challenge_key("a.org", "acme-http-01.txt") == "challenges/a.org/acme-http-01.txt");
    CHECK(archive_key("a.org", 12) == "archive/a.org.12");
}

TEST_CASE("certificate and key files are named by the key, the curve as the user spelled it") {
    CHECK(private_key_file(KeySpec::rsa(4096)) == "privkey.pem");
    CHECK(certificate_file(KeySpec::rsa()) == "pubcert.pem");
    CHECK(private_key_file(KeySpec::ec("p-256")) == "privkey.p-256.pem");
    CHECK(certificate_file(KeySpec::ec("secp384r1")) == "pubcert.secp384r1.pem");
}

TEST_CASE("an account is named after the last 16 characters of its CA's host") {
    CHECK(account_id("acme-v02.api.letsencrypt.org", 0) == "ACME-.letsencrypt.org-0000");
    CHECK(account_id("localhost", 7) == "ACME-localhost-0007");
    CHECK(account_id("exactly16chars.x", 12) == "ACME-exactly16chars.x-0012");
}

TEST_CASE("the first free account number is taken, up to 0999") {
    CHECK(free_account_id("ca.org", {}) == "ACME-ca.org-0000");
    CHECK(free_account_id("ca.org", {"ACME-ca.org-0000", "ACME-ca.org-0002"}) ==
          "ACME-ca.org-0001");
    CHECK(free_account_id("ca.org", {"ACME-other.org-0000"}) == "ACME-ca.org-0000");
    std::vector<std::string> taken;
    for (unsigned i = 0; i < 1000; ++i)
        taken.push_back(account_id("ca.org", i));
    CHECK_FALSE(free_account_id("ca.org", taken));
    taken.pop_back();
    CHECK(free_account_id("ca.org", taken) == "ACME-ca.org-0999");
}

TEST_CASE("the number of an archived set is read from its name alone") {
    CHECK(archive_number("a.org.1", "a.org") == 1u);
    CHECK(archive_number("a.org.120", "a.org") == 120u);
    for (const char* other : {"a.org", "a.org.", "a.org.x", "a.org.1x", "a.org.01", "a.org.-1",
                              "b.org.1", "a.org.1.2", "a.orgs.1", "a.org.99999999999999"})
        CHECK_FALSE(archive_number(other, "a.org"));
    CHECK(archive_number("a.org.1.2", "a.org.1") == 2u);
}

TEST_CASE("components that would leave the store are not safe") {
    for (const char* safe :
         {"a.org", "*.a.org", "..a", "a..b", "...", "privkey.pem", "-x", "\xc3\xa4"})
        CHECK(is_safe_component(safe));
    for (std::string_view unsafe :
         {std::string_view(""), std::string_view("."), std::string_view(".."),
          std::string_view("a/b"), std::string_view("/"), std::string_view("a\0b", 3),
          std::string_view("a\nb"), std::string_view("\x7f")})
        CHECK_FALSE(is_safe_component(unsafe));
    CHECK(is_safe_component(std::string(255, 'x')));
    CHECK_FALSE(is_safe_component(std::string(256, 'x')));
}

TEST_CASE("a key is safe when all its components are") {
    for (const char* safe : {"md_store.json", "domains/a.org/md.json", "domains/*.a.org"})
        CHECK(is_safe_key(safe));
    for (const char* unsafe : {"", "/", "/etc/passwd", "domains/", "domains//a", "../x",
                               "domains/../../etc/passwd", "domains/./a", "a/.."})
        CHECK_FALSE(is_safe_key(unsafe));
}

TEST_CASE("what may hold a secret is for its owner alone") {
    for (const char* secret :
         {"md_store.json", "domains/a.org/privkey.pem", "domains/a.org/privkey.p-256.pem",
          "domains/a.org/fallback-privkey.pem", "domains/a.org/md.json", "staging/a.org/md.json",
          "accounts/ACME-x-0000/account.json", "accounts/ACME-x-0000/account.pem",
          "challenges/a.org/acme-tls-alpn-01-privkey.pem", "staging/a.org/something-new",
          "domains/a.org/pubcert.key"})
        CHECK(file_mode(secret) == 0600);
    for (const char* open :
         {"domains/a.org/pubcert.pem", "domains/a.org/pubcert.p-256.pem",
          "domains/a.org/fallback-pubcert.pem", "challenges/a.org/acme-http-01.txt",
          "staging/a.org/order.json", "domains/a.org/job.json"})
        CHECK(file_mode(open) == 0644);
}

TEST_CASE("what is set aside keeps its name, as far as a file name can be long") {
    CHECK(damaged_name("a.org") == "a.org.damaged");
    CHECK(is_damaged_name("a.org.damaged"));
    CHECK_FALSE(is_damaged_name("a.org"));
    CHECK_FALSE(is_damaged_name(".damaged"));
    std::string longest(253, 'x');
    CHECK(is_safe_component(damaged_name(longest)));
    CHECK(is_damaged_name(damaged_name(longest)));
}

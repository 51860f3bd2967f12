// SPDX-License-Identifier: Apache-2.0
// Each client's tree by its documented layout. The real ones are in integration/import_test.
#include "import/report.hpp"
#include "store/layout.hpp"
#include "support/catch.hpp"
#include "trees.hpp"

using namespace md;
using namespace md::test;
using import::ImportSource;
using model::KeySpec;

namespace {

const std::string account_folder = "accounts/ca.test/directory/0123abcd";

void put_lineage(const TreeFolder& folder, const std::string& name, const Pair& pair,
                 const std::string& more = "") {
    const std::string archive = "archive/" + name + "/";
    folder.put(archive + "privkey1.pem", pair.key);
    folder.put(archive + "fullchain1.pem", pair.chain);
    for (const char* file : {"privkey", "fullchain"})
        folder.link("live/" + name + "/" + file + ".pem",
                    "../../" + archive + std::string(file) + "1.pem");
    folder.put("renewal/" + name + ".conf",
               "version = 2.1.0\nfullchain = /etc/letsencrypt/live/" + name +
                   "/fullchain.pem\n[renewalparams]\naccount = 0123abcd\nserver = " + ca_url +
                   "\nauthenticator = webroot\nwebroot_path = /var/www/html,\n" + more);
}

void put_account(const TreeFolder& folder, const crypto::PrivateKey& key) {
    folder.put(account_folder + "/private_key.json", private_jwk(key));
    folder.put(account_folder + "/regr.json",
               R"({"body": {"contact": ["mailto:a@one.test"]}, "uri": "https://ca.test/acct/7"})");
    folder.put(account_folder + "/meta.json", "{}");
}

}  // namespace

TEST_CASE("certbot: lineages by their renewal files, accounts by their folders") {
    const TreeFolder folder;
    const Pair one = certified("one.test www.one.test");
    const auto key =
        crypto::PrivateKey::generate(GENERATE(KeySpec::rsa(2048), KeySpec::ec("p-256")));
    put_lineage(folder, "one.test", one, "renew_hook = systemctl reload nginx\n");
    put_account(folder, key);
    folder.put("live/README", "about\n");
    folder.put("renewal-hooks/deploy/reload", "#!/bin/sh\n");
    const auto found = folder.read(ImportSource::certbot);
    CHECK(lines_of(found.troubles) == "");
    REQUIRE(found.certificates.size() == 1);
    const auto& certificate = found.certificates.front();
    CHECK(certificate.name == "one.test");
    CHECK(certificate.ca_url == ca_url);
    CHECK(certificate.chain_pem == one.chain);
    CHECK(certificate.hook == "systemctl reload nginx");
    CHECK(certificate.proof == "webroot /var/www/html,");
    CHECK_FALSE(certificate.by_dns);
    REQUIRE(found.accounts.size() == 1);
    const auto& account = found.accounts.front();
    CHECK(account.key.same_key_as(key));
    CHECK(account.ca_url == ca_url);
    CHECK(account.url == "https://ca.test/acct/7");
    CHECK(account.contacts == std::vector<std::string>{"mailto:a@one.test"});
    CHECK(certificate.account == account.source);
    CHECK(found.hooks ==
          std::vector<std::string>{folder.tree().root() + "/renewal-hooks/deploy/reload"});
}

TEST_CASE("certbot: what is broken is named, and the rest is read") {
    const TreeFolder folder, outside;
    put_lineage(folder, "one.test", certified("one.test"));
    put_lineage(folder, "two.test", certified("two.test"), "authenticator = dns-route53\n");
    put_lineage(folder, "stranger.test", certified("stranger.test"));
    put_lineage(folder, "lost.test", certified("lost.test"));
    put_lineage(folder, "idle.test", certified("idle.test"));
    outside.put("key", "secret");
    fs::remove(folder.path() / "live/stranger.test/privkey.pem");
    folder.link("live/stranger.test/privkey.pem", outside.path() / "key");
    fs::remove(folder.path() / "archive/lost.test/fullchain1.pem");
    fs::remove(folder.path() / "renewal/idle.test.conf");
    for (const auto& [id, jwk] : std::map<std::string, std::string>{
             {"a", "{"},
             {"b", R"({"kty":"RSA","n":"AQAB"})"},
             {"c", R"({"kty":"oct","k":"AQAB"})"},
             {"d", R"({"kty":"EC","crv":"P-256","x":"AQ","y":"AQ","d":"AQ"})"},
             {"e", R"(["kty"])"}})
        folder.put("accounts/ca.test/directory/" + id + "/private_key.json", jwk);
    const auto found = folder.read(ImportSource::certbot);
    REQUIRE(found.certificates.size() == 2);
    CHECK(found.certificates[1].by_dns);
    CHECK(found.accounts.empty());
    const std::string troubles = lines_of(found.troubles);
    CHECK(found.troubles.size() == 8);
    CHECK_THAT(troubles,
               Catch::Contains("live/stranger.test: live/stranger.test/privkey.pem leads out of") &&
                   Catch::Contains("live/lost.test: live/lost.test/fullchain.pem is missing") &&
                   Catch::Contains("live/idle.test: certbot does not renew it") &&
                   Catch::Contains("directory/a: private_key.json is not JSON") &&
                   Catch::Contains("directory/b: reading a JWK") &&
                   Catch::Contains("directory/c: reading a JWK: its 'kty'"));
}

TEST_CASE("certbot: an account of the former protocol serves the one that came after it") {
    const TreeFolder folder;
    const auto key = crypto::PrivateKey::generate(KeySpec::ec("p-256"));
    const std::string former = "accounts/acme-v01.api.letsencrypt.org/directory";
    folder.put(former + "/0123/private_key.json", private_jwk(key));
    folder.put(former + "/0123/regr.json",
               R"({"body": {}, "uri": "https://acme-v01.api.letsencrypt.org/acme/reg/7"})");
    folder.link("accounts/acme-v02.api.letsencrypt.org/directory", folder.path() / former);
    const auto found = folder.read(ImportSource::certbot);
    CHECK(found.accounts.size() == 2);
    const model::DesiredState desired;
    const auto decision = import::decide(found, {desired, {}, {}}, now);
    REQUIRE(decision.accounts.size() == 1);
    CHECK(decision.accounts[0]->ca_url == "https://acme-v02.api.letsencrypt.org/directory");
    CHECK(lines_of(decision.left) == "");
}

TEST_CASE("links in circles end, and say so") {
    const TreeFolder folder;
    for (const char* name : {"a", "b", "c", "d", "e"})
        folder.link(std::string("accounts/") + name, folder.path() / "accounts");
    CHECK_THAT(lines_of(folder.read(ImportSource::certbot).troubles),
               Catch::Contains("accounts: it has more than 5000 folders"));
}

TEST_CASE("lego: certificates, and the account whose CA its URL tells") {
    const TreeFolder folder;
    const Pair wild = certified("*.one.test one.test");
    const auto key = crypto::PrivateKey::generate(KeySpec::ec("p-256"));
    const std::string leaf = wild.chain.substr(0, wild.chain.size() - wild.issuer.size());
    folder.put("certificates/_.one.test.crt", leaf);
    folder.put("certificates/_.one.test.issuer.crt", wild.issuer);
    folder.put("certificates/_.one.test.key", wild.key);
    folder.put("certificates/_.one.test.json",
               R"({"domain":"*.one.test","certUrl":"https://ca.test/cert/1"})");
    folder.put("certificates/csr.test.crt", wild.chain);
    const std::string account = "accounts/ca.test/a@one.test/";
    folder.put(account + "account.json",
               R"({"email":"a@one.test","registration":{"body":{"contact":)"
               R"(["mailto:a@one.test","mailto:b@one.test"]},)"
               R"("uri":"https://ca.test/acct/7"}})");
    folder.put(account + "keys/a@one.test.key", std::string(key.to_pem().reveal()));
    const auto found = folder.read(ImportSource::lego, {ca_url});
    REQUIRE(found.certificates.size() == 1);
    CHECK(found.certificates[0].name == "*.one.test");
    CHECK(found.certificates[0].chain_pem == wild.chain);
    CHECK(found.certificates[0].ca_url == ca_url);
    CHECK(found.certificates[0].contacts ==
          std::vector<std::string>{"mailto:a@one.test", "mailto:b@one.test"});
    REQUIRE(found.accounts.size() == 1);
    CHECK(found.accounts[0].key.same_key_as(key));
    CHECK(found.accounts[0].url == "https://ca.test/acct/7");
    CHECK(lines_of(found.troubles) ==
          "certificates/csr.test: certificates/csr.test.key is missing\n");
    // Nobody knows that CA.
    const auto unknown = folder.read(ImportSource::lego);
    CHECK(unknown.accounts.empty());
    CHECK(unknown.certificates.size() == 1);
    CHECK_THAT(lines_of(unknown.troubles), Catch::Contains("give its directory as --ca URL"));
}

TEST_CASE("acme.sh: certificates of both kinds, values in base64, accounts by their CA's path") {
    const TreeFolder folder;
    const auto key = crypto::PrivateKey::generate(KeySpec::rsa(2048));
    for (const char* suffix : {"", "_ecc"}) {
        const std::string base = std::string("one.test") + suffix + "/";
        const Pair pair = certified("one.test www.one.test");
        folder.put(base + "one.test.conf",
                   "Le_Domain='one.test'\nLe_Alt='www.one.test,mail.one.test'\n"
                   "Le_Webroot='dns_cf'\nLe_API='" +
                       std::string(ca_url) +
                       "'\nLe_ReloadCmd='__ACME_BASE64__START_c3lzdGVtY3RsIHJlbG9hZCBuZ2lueA==__"
                       "ACME_BASE64__END_'\n");
        folder.put(base + "one.test.key", pair.key);
        folder.put(base + "fullchain.cer", pair.chain);
    }
    folder.put("two.test/two.test.conf", "Le_Domain='two.test'\nLe_Alt='no'\n");
    folder.put("dnsapi/dns_cf.sh", "");
    folder.put("ca/ca.test/directory/account.key", std::string(key.to_pem().reveal()));
    folder.put("ca/ca.test/directory/ca.conf",
               "ACCOUNT_URL='https://ca.test/acct/7'\nCA_EMAIL='a@one.test'\n");
    folder.put("ca/acme-v02.api.letsencrypt.org/account.json",
               R"({"contact":["mailto:c@one.test","mailto:d@one.test"],"status":"valid"})");
    folder.put("ca/acme-v02.api.letsencrypt.org/account.key", std::string(key.to_pem().reveal()));
    folder.put("ca/nobody.test/account.key", std::string(key.to_pem().reveal()));
    const auto found = folder.read(ImportSource::acme_sh);
    REQUIRE(found.certificates.size() == 2);
    CHECK(found.certificates[0].names ==
          std::vector<std::string>{"one.test", "www.one.test", "mail.one.test"});
    CHECK(found.certificates[0].hook == "systemctl reload nginx");
    CHECK(found.certificates[0].by_dns);
    CHECK(found.certificates[1].source == "one.test_ecc");
    CHECK(found.certificates[1].account == "ca/ca.test/directory");
    REQUIRE(found.accounts.size() == 2);
    CHECK(found.accounts[0].ca_url == "https://acme-v02.api.letsencrypt.org/directory");
    CHECK(found.accounts[0].url == "");
    CHECK(found.accounts[0].contacts ==
          std::vector<std::string>{"mailto:c@one.test", "mailto:d@one.test"});
    CHECK(found.accounts[1].url == "https://ca.test/acct/7");
    CHECK(found.accounts[1].contacts == std::vector<std::string>{"mailto:a@one.test"});
    CHECK(lines_of(found.troubles) ==
          "two.test: two.test/two.test.key is missing\nca/nobody.test: which CA it is of is not "
          "kept: give its directory as --ca URL\n");
}

TEST_CASE("uacme: certificates, and an account key of which the CA has to tell the rest") {
    const TreeFolder folder;
    const auto key = crypto::PrivateKey::generate(KeySpec::rsa(2048));
    const Pair pair = certified("one.test www.one.test");
    folder.put("private/key.pem", std::string(key.to_pem().reveal()));
    folder.put("private/one.test/key.pem", pair.key);
    folder.put("one.test/cert.pem", pair.chain);
    folder.put("private/two.test/key.pem", pair.key);
    const auto found = folder.read(ImportSource::uacme, {ca_url});
    REQUIRE(found.certificates.size() == 1);
    CHECK(found.certificates[0].ca_url == ca_url);
    REQUIRE(found.accounts.size() == 1);
    CHECK(found.accounts[0].url == "");
    CHECK(found.accounts[0].ca_url == ca_url);
    CHECK(lines_of(found.troubles) == "two.test: two.test/cert.pem is missing\n");
    CHECK(folder.read(ImportSource::uacme).accounts[0].ca_url ==
          "https://acme-v02.api.letsencrypt.org/directory");
}

TEST_CASE("mod_md: settings of md.json, several kinds of keys, accounts by the store's secret") {
    const TreeFolder folder;
    store::StoreHeader header;
    header.key = base::Secret(std::string_view("0123456789abcdef0123456789abcdef0123456789abcdef"));
    folder.put("md_store.json", store::to_text(header));
    const auto key = crypto::PrivateKey::generate(KeySpec::rsa(2048));
    store::AccountRecord account;
    account.status = store::AccountStatus::valid;
    account.url = "https://ca.test/acct/7";
    account.ca_url = ca_url;
    folder.put("accounts/ACME-ca.test-0000/account.json", store::to_text(account));
    folder.put("accounts/ACME-ca.test-0000/account.pem", key.to_encrypted_pem(header.key));
    account.status = store::AccountStatus::deactivated;
    folder.put("accounts/ACME-ca.test-0001/account.json", store::to_text(account));
    store::MdRecord record;
    record.name = "one.test";
    record.domains = {"one.test", "www.one.test"};
    record.contacts = {"mailto:a@one.test"};
    record.ca_url = ca_url;
    record.ca_account = "ACME-ca.test-0000";
    record.renew_window = model::Window::percent(20);
    folder.put("domains/one.test/md.json", store::to_text(record));
    const Pair rsa = certified("one.test www.one.test", days{60}, KeySpec::rsa());
    const Pair ec = certified("one.test www.one.test");
    folder.put("domains/one.test/privkey.pem", rsa.key);
    folder.put("domains/one.test/pubcert.pem", rsa.chain);
    folder.put("domains/one.test/privkey.secp256r1.pem", ec.key);
    folder.put("domains/one.test/pubcert.secp256r1.pem", ec.chain);
    folder.put("domains/one.test/fallback-pubcert.pem", rsa.chain);
    folder.put("domains/two.test/md.json", "{");
    folder.put("staging/three.test/md.json", "{}");
    const auto found = folder.read(ImportSource::mod_md);
    REQUIRE(found.certificates.size() == 2);
    for (const auto& certificate : found.certificates) {
        CHECK(certificate.names == record.domains);
        CHECK(certificate.ca_url == ca_url);
        CHECK(certificate.account == "accounts/ACME-ca.test-0000");
        REQUIRE(certificate.kept);
        CHECK(certificate.kept->renew_window == record.renew_window);
    }
    REQUIRE(found.accounts.size() == 1);
    CHECK(found.accounts[0].key.same_key_as(key));
    CHECK_THAT(lines_of(found.troubles),
               Catch::Contains("domains/two.test: the record is damaged") &&
                   Catch::Contains("ACME-ca.test-0001: the account is not valid any more") &&
                   Catch::Contains("staging/three.test: httpd has not taken it up yet"));
}

TEST_CASE("of a tree of something else nothing is found") {
    const TreeFolder folder;
    folder.put("etc/passwd", "root");
    const auto client = GENERATE(ImportSource::certbot, ImportSource::mod_md, ImportSource::lego,
                                 ImportSource::acme_sh, ImportSource::uacme);
    const auto found = folder.read(client);
    CHECK(found.certificates.empty());
    CHECK(found.accounts.empty());
}

namespace {

// Each of these stands in exactly one of the two lists that an administrator is shown.
void check_each_is_named_once(const TreeFolder& folder, ImportSource client,
                              const std::vector<std::string>& sources) {
    const auto found = folder.read(client, {ca_url});
    const model::DesiredState desired;
    const auto decision = import::decide(found, {desired, {}, {}}, now);
    const std::string report = report_text(decision, {client, "/etc/other"}, "/etc/x.conf");
    INFO(report);
    const auto split = report.find("Not taken over");
    REQUIRE(split != std::string::npos);
    for (const std::string& source : sources) {
        INFO(source);
        const bool taken = report.substr(0, split).find(source) != std::string::npos;
        const bool left = report.find("\n  " + source + ": ", split) != std::string::npos;
        CHECK(taken + left == 1);
    }
}

}  // namespace

TEST_CASE("certbot: each lineage is in one of the two lists") {
    const TreeFolder folder;
    put_lineage(folder, "one.test", certified("one.test", days{50}, KeySpec::rsa(2048)));
    put_lineage(folder, "own-ec", certified("one.test"));
    // The files of another lineage, by a live/ folder of its own.
    for (const std::string name : {"ec", "unrenewed"})
        for (const std::string file : {"privkey", "fullchain"})
            folder.link("live/" + name + "/" + file + ".pem",
                        "../../archive/own-ec/" + file + "1.pem");
    folder.put("renewal/ec.conf", "[renewalparams]\nserver = " + std::string(ca_url) +
                                      "\nauthenticator = standalone\n");
    folder.link("live/linked", "../archive/own-ec");
    folder.link("live/nowhere", "../archive/nowhere");
    folder.link("renewal/lost.conf", "nowhere.conf");
    folder.put("archive/alone/fullchain1.pem", "x");
    check_each_is_named_once(folder, ImportSource::certbot,
                             {"live/one.test", "live/own-ec", "live/ec", "live/unrenewed",
                              "live/linked", "live/nowhere", "renewal/lost.conf", "archive/alone"});
}

TEST_CASE("other clients: each certificate is in one of the two lists") {
    const Pair one = certified("one.test");
    const TreeFolder lego, acme_sh, uacme, mod_md;
    lego.put("certificates/one.test.crt", one.chain);
    lego.put("certificates/one.test.key", one.key);
    lego.put("certificates/half.test.key", one.key);
    lego.put("certificates/torn.test.json", "{}");
    lego.link("certificates/lost.test.crt", "nowhere");
    check_each_is_named_once(lego, ImportSource::lego,
                             {"certificates/one.test", "certificates/half.test",
                              "certificates/torn.test", "certificates/lost.test.crt"});
    acme_sh.put("one.test/one.test.conf", "Le_Domain='one.test'\n");
    acme_sh.put("one.test/one.test.key", one.key);
    acme_sh.put("one.test/fullchain.cer", one.chain);
    acme_sh.put("torn.test/torn.test.key", one.key);
    acme_sh.put("dnsapi/dns_x.sh", "");
    acme_sh.link("lost.test", "nowhere");
    check_each_is_named_once(acme_sh, ImportSource::acme_sh,
                             {"one.test", "torn.test", "lost.test"});
    uacme.put("private/one.test/key.pem", one.key);
    uacme.put("one.test/cert.pem", one.chain);
    uacme.put("keyless.test/cert.pem", one.chain);
    uacme.put("private/bare.test/key.pem", one.key);
    check_each_is_named_once(uacme, ImportSource::uacme, {"one.test", "keyless.test", "bare.test"});
    for (const std::string name : {"one.test", "bare.test", "staged.test"})
        mod_md.put("domains/" + name + "/md.json",
                   R"({"name":")" + name + R"(","domains":[")" + name + R"("]})");
    mod_md.put("domains/one.test/pubcert.pem", one.chain);
    mod_md.put("domains/one.test/privkey.pem", one.key);
    mod_md.put("domains/staged.test/fallback-pubcert.pem", one.chain);
    mod_md.put("staging/staged.test/pubcert.pem", one.chain);
    mod_md.link("domains/lost.test", "nowhere");
    check_each_is_named_once(
        mod_md, ImportSource::mod_md,
        {"domains/one.test", "domains/bare.test", "staging/staged.test", "domains/lost.test"});
}

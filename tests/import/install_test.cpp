// SPDX-License-Identifier: Apache-2.0
#include "import/install.hpp"

#include "base/url.hpp"
#include "drive/stored_account.hpp"
#include "store/await.hpp"
#include "support/catch.hpp"
#include "support/memory_store.hpp"
#include "trees.hpp"

using namespace md;
using namespace md::test;
using model::KeySpec;

namespace {

struct Installation {
    Installation() {
        for (const char* name : {"one.test", "two.test"}) {
            const Pair pair =
                certified(name, days{60},
                          std::string(name) == "one.test" ? KeySpec::rsa() : KeySpec::ec("p-384"));
            import::FoundCertificate certificate;
            certificate.source = certificate.name = name;
            certificate.key_pem = base::Secret(std::string_view(pair.key));
            certificate.chain_pem = pair.chain;
            certificate.ca_url = ca_url;
            certificate.account = "account";
            found.certificates.push_back(std::move(certificate));
        }
        found.accounts.push_back({"account",
                                  crypto::PrivateKey::generate(KeySpec::ec("p-256")),
                                  ca_url,
                                  "https://ca.test/acct/7",
                                  {"mailto:a@one.test"}});
    }
    import::Decision decide(){
        return import::decide(found,
                              {desired, await(import::certified_domains(store)),
                               await(import::account_authorities(store))},
                              now);
} void make() {
    await(import::install(store, decide(), "certbot's /etc/letsencrypt", now));
}
std::optional<acme::AccountState> account() {
    drive::StoredAccount vault(store, *base::Url::parse(ca_url), "");
    return await(vault.load());
}

model::DesiredState desired;
import::Found found;
MemoryStore store;
};  // namespace

}  // namespace

TEST_CASE("what is taken lies in the store as if mdcertd had made it") {
    Installation install;
    install.make();
    const auto& values = install.store.values;
    const auto account = install.account();
    REQUIRE(account);
    CHECK(account->url == "https://ca.test/acct/7");
    CHECK(account->contacts == std::vector<std::string>{"mailto:a@one.test"});
    CHECK(account->key.same_key_as(install.found.accounts[0].key));
    CHECK(values.contains("domains/one.test/privkey.pem"));
    CHECK(values.at("domains/two.test/pubcert.p-384.pem") ==
          install.found.certificates[1].chain_pem);
    const auto record = store::parse_md(values.at("domains/two.test/md.json")).value();
    CHECK(record.ca_account == "ACME-ca.test-0000");
    CHECK(record.ca_url == ca_url);
    CHECK(record.keys == std::vector{KeySpec::ec("p-384")});
    const std::string& text = values.at("domains/two.test/job.json");
    const auto job = store::parse_live_job(text).value();
    CHECK(job.state.recorded);
    CHECK(job.delivery == model::Delivery());
    CHECK(store::parse_log(text).front().detail == "imported from certbot's /etc/letsencrypt");
}

TEST_CASE("done again it changes nothing") {
    Installation install;
    install.make();
    const auto before = install.store.values;
    const auto again = install.decide();
    CHECK(again.accounts.empty());
    for (const auto& domain : again.domains)
        CHECK(domain.is_held);
    install.make();
    CHECK(install.store.values == before);
}

TEST_CASE("an account without an address is kept as begun, so that the CA tells it by its key") {
    Installation install;
    install.found.accounts[0].url = GENERATE("", "https://acme-v01.ca.test/acme/reg/7");
    install.make();
    const auto account = install.account();
    REQUIRE(account);
    CHECK(account->url == "");
    CHECK(account->key.same_key_as(install.found.accounts[0].key));
    install.found.accounts[0].url = "";
    CHECK(install.decide().accounts.empty());
}

TEST_CASE("a disk that is full at any point leaves whole sets or none, and the rest comes later",
          "[heavy]") {
    unsigned faults = 0;
    for (unsigned point = 1;; ++point) {
        Installation install;
        install.store.fail_change(point);
        bool failed = false;
        try {
            install.make();
        } catch (const base::Error&) {
            failed = true;
        }
        for (const char* name : {"one.test", "two.test"}) {
            const std::string folder = std::string("domains/") + name;
            const auto files = await(install.store.list(folder));
            CHECK((files.empty() || files.size() == 4));
        }
        install.store.heal();
        install.make();
        CHECK(install.account());
        CHECK(install.store.values.contains("domains/two.test/privkey.p-384.pem"));
        CHECK(install.store.values.contains("domains/one.test/pubcert.pem"));
        if (!failed)
            break;
        ++faults;
    }
    CHECK(faults == 4);
}

// SPDX-License-Identifier: Apache-2.0
// Damage in the store is contained: it makes its own MD incomplete and says so.
#include "drive/observe.hpp"

#include "drive/bench.hpp"
#include "drive/rename.hpp"
#include "drive/responder_view.hpp"
#include "drive/stored_account.hpp"
#include "store/records.hpp"
#include "support/catch.hpp"

namespace md::drive {
namespace {

using test::DriveBench;
using test::managed;

DriveBench& issued(DriveBench& bench, const model::ManagedDomain& wanted) {
    bench.attempt(wanted);
    return bench;
}

const std::string key_key = "domains/a.org/privkey.p-256.pem";
const std::string chain_key = "domains/a.org/pubcert.p-256.pem";

}  // namespace

TEST_CASE("an MD the store has nothing of is observed as nothing, without damage") {
    DriveBench bench;
    auto seen = bench.observe(managed({"a.org"}));
    CHECK(seen.certificates.empty());
    CHECK(seen.damage->empty());
    CHECK_FALSE(seen.state.recorded);
}

TEST_CASE("garbage in place of key, chain or job is damage of that MD alone") {
    for (const std::string& key : {key_key, chain_key, std::string("domains/a.org/job.json")}) {
        DriveBench bench;
        auto wanted = managed({"a.org"});
        issued(bench, wanted);
        bench.attempt(managed({"b.org"}));
        bench.store.values[key] = "garbage";
        auto seen = bench.observe(wanted);
        CHECK(seen.damage->find("domains/a.org/") != std::string::npos);
        CHECK(seen.certificates.empty() == (key != "domains/a.org/job.json"));
        CHECK(bench.observe(managed({"b.org"})).damage->empty());
    }
}

TEST_CASE("a folder that cannot be looked into is damage of its own MD, and read again each time") {
    DriveBench bench;
    model::DesiredState desired;
    desired.domains = {managed({"a.org"}), managed({"b.org"})};
    for (const auto& domain : desired.domains)
        bench.attempt(domain);
    bench.store.closed = {"domains/a.org"};
    Observation seen = test::run_task(bench.context, look(bench.store, all_of(desired), {}));
    CHECK_FALSE(seen.state.of("a.org").damage->empty());
    CHECK(seen.state.of("b.org").certificates.size() == 1);
    bench.store.closed.clear();
    seen = test::run_task(bench.context, look(bench.store, all_of(desired), seen.state));
    CHECK(seen.state.of("a.org").certificates.size() == 1);
    CHECK(seen.read == 1);
    bench.store.closed = {"staging/a.org"};
    for (int i = 0; i < 2; ++i) {
        seen = test::run_task(bench.context, look(bench.store, all_of(desired), seen.state));
        CHECK(seen.read == 1);
    }
}

TEST_CASE("a live set of which nothing serves is kept aside once a new one is there") {
    DriveBench bench;
    auto wanted = managed({"a.org"});
    issued(bench, wanted);
    bench.store.closed = {"domains/a.org"};
    bench.attempt(wanted);
    CHECK(bench.observe(wanted).certificates.size() == 1);
    CHECK(bench.observe(wanted).damage->empty());
    CHECK(bench.store.values.contains("domains/a.org.damaged/privkey.p-256.pem"));

    bench.store.values["domains/a.org/job.json"] = "garbage";  // the certificate still serves
    bench.attempt(wanted);
    CHECK(bench.store.values.at("archive/a.org.1/job.json") == "garbage");
    CHECK(bench.store.values.contains("domains/a.org.damaged/privkey.p-256.pem"));
}

TEST_CASE("a set is not kept aside before the new one is there") {
    DriveBench bench;
    auto wanted = managed({"a.org"});
    issued(bench, wanted);
    bench.store.values[chain_key] = "garbage";
    test::Scenario failing;
    failing.refused["a.org"] = "dns";
    bench.ca.set_scenario(failing);
    bench.attempt(wanted);
    CHECK(bench.store.values.at(chain_key) == "garbage");
    CHECK_FALSE(bench.store.values.contains("domains/a.org.damaged/md.json"));
}

TEST_CASE("a record that cannot be read is passed over where another one is looked for") {
    DriveBench bench;
    issued(bench, managed({"a.org", "www.a.org"}));
    auto& values = bench.store.values;
    values["domains/0.org/md.json"] = values.at("domains/a.org/md.json");
    values["accounts/ACME-0.test-0000/account.json"] = "{}";
    values["staging/0.org/account.json"] = "{}";
    bench.store.closed = {"domains/0.org", "accounts/ACME-0.test-0000", "staging/0.org"};
    model::DesiredState desired;
    desired.domains = {managed({"www.a.org", "a.org"})};
    test::run_task(bench.context, rename_in_store(bench.store, desired, {}));
    CHECK(bench.observe(desired.domains[0]).certificates.size() == 1);
    StoredAccount known(bench.store, *http::Url::parse(test::ScenarioCa::directory_url), "");
    CHECK(test::run_task(bench.context, known.load())->url == "https://ca.test/account/0");
    StoredAccount other(bench.store, *http::Url::parse("https://other.test/directory"), "");
    CHECK_FALSE(test::run_task(bench.context, other.load()));
}

TEST_CASE("a key beside another key's certificate is damage") {
    DriveBench bench;
    auto wanted = managed({"a.org"});
    issued(bench, wanted);
    bench.attempt(managed({"b.org"}));
    bench.store.values[key_key] = bench.store.values.at("domains/b.org/privkey.p-256.pem");
    auto seen = bench.observe(wanted);
    CHECK(seen.certificates.empty());
    CHECK(seen.damage->find("another key") != std::string::npos);
}

TEST_CASE("a damaged MD is obtained anew and then whole again") {
    DriveBench bench;
    auto wanted = managed({"a.org"});
    issued(bench, wanted);
    bench.store.values[chain_key] = "garbage";
    bench.attempt(wanted);
    CHECK(bench.observe(wanted).damage->empty());
    CHECK(bench.observe(wanted).certificates.size() == 1);
}

TEST_CASE("a store with only key and chain, as an administrator copies them, counts") {
    DriveBench bench;
    auto wanted = managed({"a.org"});
    issued(bench, wanted);
    bench.store.values.erase("domains/a.org/md.json");
    bench.store.values.erase("domains/a.org/job.json");
    CHECK(bench.observe(wanted).certificates.size() == 1);
    CHECK(bench.observe(wanted).damage->empty());
}

TEST_CASE("an MD whose first name changed keeps its certificate") {
    DriveBench bench;
    issued(bench, managed({"a.org", "www.a.org"}));
    model::DesiredState desired;
    desired.domains = {managed({"www.a.org", "a.org"})};
    test::run_task(bench.context, rename_in_store(bench.store, desired, {}));
    CHECK(bench.observe(desired.domains[0]).certificates.size() == 1);
    CHECK_FALSE(bench.store.values.contains("domains/a.org/md.json"));
}

TEST_CASE("whoever reads the files of an MD whose first name changed is owed a notification") {
    DriveBench bench;
    issued(bench, managed({"a.org", "www.a.org"}));
    store::LiveJob job = *store::parse_live_job(bench.store.values.at("domains/a.org/job.json"));
    job.delivery.notification.owed = false;
    bench.store.values["domains/a.org/job.json"] = store::job_text("a.org", job);
    model::DesiredState desired;
    desired.domains = {managed({"www.a.org", "a.org"})};
    test::run_task(bench.context, rename_in_store(bench.store, desired, {}));
    const std::string& text = bench.store.values.at("domains/www.a.org/job.json");
    auto renamed = store::parse_live_job(text);
    REQUIRE(renamed.has_value());
    CHECK_THAT(text, Catch::Contains(R"("name": "www.a.org")"));
    CHECK(renamed->delivery.notification.owed);
    const auto log = store::parse_log(text);
    CHECK(log.front().type == "renamed");
    CHECK(log.front().detail ==
          "formerly a.org: servers that read domains/a.org have to be told of domains/www.a.org");
}

TEST_CASE("a stored MD that is still configured is not taken over") {
    DriveBench bench;
    issued(bench, managed({"a.org", "www.a.org"}));
    model::DesiredState desired;
    desired.domains = {managed({"www.b.org", "www.a.org"}), managed({"a.org"})};
    test::run_task(bench.context, rename_in_store(bench.store, desired, {}));
    CHECK(bench.store.values.contains("domains/a.org/md.json"));
}

TEST_CASE("the heir has all names, else the most") {
    std::map<std::string, std::vector<std::string>> stored = {
        {"one.org", {"one.org", "a.org"}},
        {"three.org", {"three.org", "a.org", "b.org"}},
        {"other.org", {"other.org"}}};
    CHECK(successor_of(managed({"new.org", "a.org", "b.org"}), stored) == "three.org");
    CHECK(successor_of(managed({"a.org"}), stored) == "one.org");
    CHECK_FALSE(successor_of(managed({"stranger.org"}), stored));
}

TEST_CASE("an account of another CA, or one that was deactivated, is not used") {
    DriveBench bench;
    issued(bench, managed({"a.org"}));
    StoredAccount other(bench.store, *http::Url::parse("https://other.test/directory"), "");
    CHECK_FALSE(test::run_task(bench.context, other.load()));
    StoredAccount same(bench.store, *http::Url::parse(test::ScenarioCa::directory_url), "");
    CHECK(test::run_task(bench.context, same.load())->url == "https://ca.test/account/0");
    auto& text = bench.store.values.at("accounts/ACME-ca.test-0000/account.json");
    text.replace(text.find("\"valid\""), 7, "\"deactivated\"");
    StoredAccount again(bench.store, *http::Url::parse(test::ScenarioCa::directory_url), "");
    CHECK_FALSE(test::run_task(bench.context, again.load()));
}

TEST_CASE("an account does not get into a folder that holds another one's key") {
    DriveBench bench;
    http::Url ca = *http::Url::parse(test::ScenarioCa::directory_url);
    auto state = [](const char* url) {
        return acme::AccountState{
            crypto::PrivateKey::generate(model::KeySpec::ec("p-256")), url, {}, ""};
    };
    const auto one = state("https://ca.test/account/1"), two = state("https://ca.test/account/2");
    StoredAccount first(bench.store, ca, "");
    test::run_task(bench.context, first.save(one));
    CHECK(first.id() == "ACME-ca.test-0000");
    test::run_task(bench.context, first.save(two));
    CHECK(first.id() == "ACME-ca.test-0001");
    StoredAccount found(bench.store, ca, "");
    auto loaded = test::run_task(bench.context, found.load());
    REQUIRE(loaded);
    CHECK(loaded->url == one.url);
    CHECK(loaded->key.same_key_as(one.key));
}

TEST_CASE("an account is found by the external one that it is bound to") {
    DriveBench bench;
    const http::Url ca = *http::Url::parse(test::ScenarioCa::directory_url);
    for (const char* kid : {"kid-1", "kid-2"}) {
        acme::AccountState state{crypto::PrivateKey::generate(model::KeySpec::ec("p-256")),
                                 std::string("https://ca.test/account/") + kid,
                                 {},
                                 "",
                                 model::ExternalAccountBinding{kid, "c2VjcmV0"}};
        StoredAccount vault(bench.store, ca, kid);
        test::run_task(bench.context, vault.save(state));
    }
    auto found_for = [&](const char* kid) {
        StoredAccount vault(bench.store, ca, kid);
        auto found = test::run_task(bench.context, vault.load());
        return found ? found->url : "";
    };
    CHECK(found_for("kid-2") == "https://ca.test/account/kid-2");
    CHECK(found_for("kid-3") == "");
    // Registered by another client, or by a line that was taken out since.
    CHECK(found_for("") == "https://ca.test/account/kid-1");
}

TEST_CASE("an RSA account key of a mod_md store is used as found") {
    DriveBench bench;
    auto rsa = crypto::PrivateKey::generate(model::KeySpec::rsa(2048));
    http::Url ca = *http::Url::parse(test::ScenarioCa::directory_url);
    {
        StoredAccount vault(bench.store, ca, "");
        acme::AccountState state{rsa, "", {}, "", {}};
        test::run_task(bench.context, vault.save(state));
    }
    bench.attempt(managed({"a.org"}));
    StoredAccount vault(bench.store, ca, "");
    auto found = test::run_task(bench.context, vault.load());
    REQUIRE(found);
    CHECK(found->key.same_key_as(rsa));
    CHECK(found->url == "https://ca.test/account/0");
}

TEST_CASE(
    "an account that httpd left in staging is taken into accounts/, after those that are there") {
    DriveBench bench;
    http::Url ca = *http::Url::parse(test::ScenarioCa::directory_url);
    issued(bench, managed({"a.org"}));
    auto& values = bench.store.values;
    for (const char* file : {"/account.json", "/account.pem"})
        values["staging/b.org" + std::string(file)] =
            std::move(values.extract("accounts/ACME-ca.test-0000" + std::string(file)).mapped());
    const std::string json = values.at("staging/b.org/account.json");
    StoredAccount vault(bench.store, ca, "");
    auto found = test::run_task(bench.context, vault.load());
    REQUIRE(found);
    CHECK(found->url == "https://ca.test/account/0");
    CHECK(vault.id() == "ACME-ca.test-0000");
    CHECK(values.contains("accounts/ACME-ca.test-0000/account.pem"));
    CHECK(values.contains("staging/b.org/account.pem"));

    // Another one in staging is not asked for again.
    values["staging/b.org/account.json"].replace(json.find("account/0"), 9, "account/7");
    StoredAccount again(bench.store, ca, "");
    CHECK(test::run_task(bench.context, again.load())->url == "https://ca.test/account/0");
    StoredAccount other(bench.store, *http::Url::parse("https://other.test/directory"), "");
    CHECK_FALSE(test::run_task(bench.context, other.load()));
}

TEST_CASE("what the index knows is not read again, until its files change") {
    DriveBench bench;
    bench.attempt(managed({"d0.org"}));
    model::DesiredState desired;
    for (int i = 0; i < 60; ++i) {
        std::string name = "d" + std::to_string(i) + ".org";
        desired.domains.push_back(managed({name.c_str()}));
        for (const char* file : {"/privkey.p-256.pem", "/pubcert.p-256.pem", "/job.json"})
            bench.store.values["domains/" + name + file] =
                bench.store.values.at("domains/d0.org" + std::string(file));
    }
    auto look_now = [&] {
        return test::run_task(bench.context, look(bench.store, all_of(desired), {}));
    };
    Observation first = look_now();
    CHECK(first.read == 60);
    test::run_task(bench.context, write_index(bench.store, first.state));

    Observation second = look_now();
    CHECK(second.read == 0);
    for (const auto& [name, held] : first.state.domains) {
        CHECK(second.state.of(name).certificates == held.certificates);
        CHECK(second.state.of(name).state == held.state);
        CHECK(second.state.of(name).delivery == held.delivery);
    }
    bench.store.values["staging/d1.org/job.json"] = R"({"name":"d1.org","errors":2})";
    bench.store.values["domains/d2.org/pubcert.p-256.pem"] = "rubbish";
    desired.domains[3].settings.edit().keys = {model::KeySpec::rsa()};
    Observation third = look_now();
    CHECK(third.read == 3);
    CHECK(third.state.of("d1.org").attempts->errors == 2);
    CHECK_FALSE(third.state.of("d2.org").damage->empty());
    CHECK(third.state.of("d3.org").certificates.empty());

    bench.store.values["index/0.json"] = "rubbish";
    CHECK(look_now().read == 60);
    Observation by_memory =
        test::run_task(bench.context, look(bench.store, all_of(desired), third.state));
    CHECK(by_memory.read == 1);  // what is damaged
}

TEST_CASE("Listen lines narrow the addresses of their port and no other") {
    model::ServerSettings server;
    server.port_map = {5080, 5443};
    auto all = endpoints_of(server);
    CHECK(all.http == std::vector<std::pair<std::string, std::uint16_t>>{{"", 5080}});
    server.listens = {{"127.0.0.1", 5080}, {"::1", 5080}, {"", 8080}};
    auto narrowed = endpoints_of(server);
    CHECK(narrowed.http ==
          std::vector<std::pair<std::string, std::uint16_t>>{{"127.0.0.1", 5080}, {"::1", 5080}});
    CHECK(narrowed.https == std::vector<std::pair<std::string, std::uint16_t>>{{"", 5443}});
    server.port_map.https.reset();
    CHECK(endpoints_of(server).https.empty());
    CHECK(endpoints_of(server).http_socket == "");
    CHECK(local_addresses_of(server) ==
          std::vector<std::pair<std::string, std::uint16_t>>{{"127.0.0.1", 5080}, {"::1", 5080}});
    server.proxy_sources.ranges = {*model::AddressRange::parse("127.0.0.0/8")};
    CHECK(local_addresses_of(server) ==
          std::vector<std::pair<std::string, std::uint16_t>>{{"::1", 5080}});
    server.port_map = {std::nullopt, 443, "/run/mdcertd/http.sock"};
    CHECK(endpoints_of(server).http.empty());
    CHECK(endpoints_of(server).http_socket == "/run/mdcertd/http.sock");
}

TEST_CASE("the responder knows which names have a certificate") {
    DriveBench bench;
    model::DesiredState desired;
    desired.domains = {managed({"a.org", "www.a.org"}), managed({"b.org"})};
    model::ObservedState observed;
    observed.domains["a.org"] = bench.attempt(desired.domains[0]);
    auto sites = all_sites_of(desired, observed);
    CHECK(sites.find("www.a.org")->has_certificate);
    CHECK_FALSE(sites.find("b.org")->has_certificate);
    CHECK(sites.find("c.org") == nullptr);
}

}  // namespace md::drive

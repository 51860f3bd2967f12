// SPDX-License-Identifier: Apache-2.0
#include "config/config.hpp"
#include "import/report.hpp"
#include "support/catch.hpp"
#include "support/virtual_disk.hpp"
#include "trees.hpp"

using namespace md;
using namespace md::test;
using import::Decision;
using import::Found;
using model::KeySpec;

namespace {

import::FoundCertificate found_certificate(const std::string& source,
                                           const Pair& pair){import::FoundCertificate certificate;
certificate.source = source;
certificate.name = source;
certificate.key_pem = base::Secret(std::string_view(pair.key));
certificate.chain_pem = pair.chain;
certificate.ca_url = ca_url;
certificate.account = "account";
return certificate;
}  // namespace

import::FoundAccount found_account(const std::string& source, const std::string& ca){
    const auto key = crypto::PrivateKey::generate(KeySpec::ec("p-256"));
return {source, key, ca, "https://ca.test/acct/" + source, {}};
}

// A machine, as decide() sees it.
struct Machine {
    model::DesiredState desired;
    std::set<std::string> certified;
    std::map<std::string, bool> accounts;
    Found found;

    Decision decide() const { return import::decide(found, {desired, certified, accounts}, now); }
    void add(const std::string& source, const Pair& pair) {
        found.certificates.push_back(found_certificate(source, pair));
    }
    void configure(const std::string& text) {
        desired = config::load("mdcertd.conf", VirtualDisk({{"mdcertd.conf", text}}), {}).desired;
    }
};

std::vector<std::string> names_of(const import::TakenDomain& domain) {
    std::vector<std::string> names;
    for (const auto& name : domain.names)
        names.push_back(name.text());
    return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a good certificate is taken whole, under the name its client has for it") {
    Machine machine;
    machine.add("two.test", certified("one.test two.test"));
    const auto decision = machine.decide();
    REQUIRE(decision.domains.size() == 1);
    const auto& domain = decision.domains.front();
    CHECK(names_of(domain) == Names{"two.test", "one.test"});
    CHECK(domain.keys == std::vector{KeySpec::ec("p-256")});
    REQUIRE(domain.live.size() == 1);
    CHECK(domain.live[0].not_after == now + days{60});
    CHECK(decision.left.empty());
}

TEST_CASE("what is expired, torn or of a strange kind gives its names alone, and says why") {
    Machine machine;
    const Pair one = certified("one.test"), other = certified("other.test");
    const Pair odd = certified("odd.test", days{60}, KeySpec::ec("secp256k1"));
    machine.add("old.test", certified("old.test", -days{1}));
    machine.add("one.test", {other.key, one.chain, ""});
    machine.add("odd.test", odd);
    machine.add("torn.test", {one.key, certified("torn.test").chain + one.chain, ""});
    machine.add("text.test", {"no key", certified("text.test").chain, ""});
    machine.add("empty.test", {one.key, "no certificate", ""});
    const auto decision = machine.decide();
    CHECK(decision.domains.size() == 5);
    for (const auto& domain : decision.domains)
        CHECK(domain.live.empty());
    CHECK(decision.domains[1].name() == "old.test");
    CHECK(decision.domains[1].keys == std::vector{KeySpec::ec("p-256")});
    const std::string left = lines_of(decision.left);
    CHECK_THAT(left, Catch::Contains("old.test: it has expired on 2026-05-31") &&
                         Catch::Contains("one.test: its key is that of another certificate") &&
                         Catch::Contains("odd.test: its key is of a kind that mdcertd does not") &&
                         Catch::Contains("its names are taken, their certificate is ordered") &&
                         Catch::Contains("empty.test: "));
}

TEST_CASE("of two with the same names the one that lasts longer is taken, the other named") {
    Machine machine;
    machine.add("first", certified("one.test www.one.test", days{10}));
    machine.add("second", certified("www.one.test one.test", days{50}));
    machine.add("third", certified("one.test www.one.test", -days{5}));
    const auto decision = machine.decide();
    REQUIRE(decision.domains.size() == 1);
    CHECK(decision.domains[0].live.at(0).not_after == now + days{50});
    CHECK_THAT(lines_of(decision.left),
               Catch::Contains("first: it has the names of second, which is taken") &&
                   Catch::Contains("third: it has expired"));
}

TEST_CASE("the same names with another kind of key are one managed domain with both") {
    Machine machine;
    machine.add("one.test", certified("one.test", days{10}, KeySpec::rsa()));
    machine.add("one.test_ecc", certified("one.test", days{50}));
    const auto decision = machine.decide();
    REQUIRE(decision.domains.size() == 1);
    CHECK(decision.domains[0].live.size() == 2);
    CHECK(decision.domains[0].keys == std::vector{KeySpec::ec("p-256"), KeySpec::rsa(2048)});
    CHECK(decision.left.empty());
}

TEST_CASE("a name is in one managed domain only") {
    Machine machine;
    machine.add("long", certified("one.test two.test", days{50}));
    machine.add("short", certified("two.test three.test", days{10}));
    const auto decision = machine.decide();
    CHECK(decision.domains.size() == 1);
    CHECK(decision.left.size() == 1);
    CHECK_THAT(lines_of(decision.left), Catch::Contains("short: two.test is in long too") &&
                                            Catch::Contains("add its other names to one.test"));
}

TEST_CASE("what only dns-01 proves is left to its client, which is not stopped then") {
    Machine machine;
    machine.configure("MDPrivateKeys P-256\nManagedDomain *.six.test\n");
    machine.add("wild", certified("four.test *.four.test", days{40}));
    machine.add("host", certified("www.four.test", days{30}));
    machine.add("six", certified("a.six.test", days{30}));
    machine.add("inside", certified("five.test"));
    machine.found.certificates.back().by_dns = true;
    machine.found.certificates.back().proof = "dns-cloudflare";
    const auto decision = machine.decide();
    REQUIRE(decision.domains.size() == 2);
    CHECK(decision.domains[1].name() == "www.four.test");
    CHECK(decision.left.empty());
    CHECK_THAT(lines_of(decision.unprovable),
               Catch::Contains("wild: *.four.test is proven by dns-01 only\n") &&
                   Catch::Contains("inside: its names were proven by dns-01\n"));

    const import::SourceTree certbot{import::ImportSource::certbot, "/etc/letsencrypt"};
    const auto text = configuration_text(decision, machine.found, certbot, now);
    CHECK_THAT(text, !Catch::Contains("five.test") && !Catch::Contains("*.four.test"));
    const auto report = report_text(decision, certbot, "/etc/x.conf");
    CHECK_THAT(
        report,
        Catch::Contains("mdcertd cannot prove these yet; leave them to certbot:\n  inside: ") &&
            Catch::Contains("  wild: ") && Catch::Contains("move renewal/NAME.conf of each") &&
            !Catch::Contains("certbot.timer"));
    machine.found.certificates.erase(machine.found.certificates.begin() + 1,
                                     machine.found.certificates.end());
    machine.found.accounts.push_back(found_account("a", ca_url));
    CHECK_THAT(report_text(machine.decide(), certbot, ""),
               Catch::Contains("leave certbot at work for what is left to it\n"));
    machine.found.certificates = {};
    machine.add("host", certified("www.four.test"));
    CHECK_THAT(report_text(machine.decide(), certbot, ""), Catch::Contains("certbot.timer"));
}

TEST_CASE("what is configured stays, and gets its certificate; what is held stays") {
    Machine machine;
    machine.configure(
        "MDPrivateKeys secp256r1\nManagedDomain main.test one.test www.one.test\n"
        "ManagedDomain part.test\nManagedDomain held.test\n"
        "<ManagedDomain rsa.test>\nMDPrivateKeys RSA 3072\n</ManagedDomain>\n");
    machine.certified = {"held.test", "free.test"};
    machine.add("one.test", certified("one.test www.one.test", days{50}));
    machine.add("main.test", certified("main.test", days{40}));
    machine.add("part.test", certified("part.test else.test"));
    machine.add("held.test", certified("held.test"));
    machine.add("free.test", certified("free.test"));
    machine.add("rsa.test", certified("rsa.test"));
    const auto decision = machine.decide();
    const auto of = [&](const std::string& name) -> const import::TakenDomain& {
        for (const auto& domain : decision.domains)
            if (domain.name() == name)
                return domain;
        throw std::runtime_error("not taken: " + name);
    };
    CHECK(decision.domains.size() == 4);
    REQUIRE(of("main.test").live.size() == 1);
    CHECK(of("main.test").live[0].spec == KeySpec::ec("secp256r1"));
    CHECK(of("main.test").sources == Names{"one.test"});
    CHECK(of("held.test").live.empty());
    CHECK(of("free.test").live.empty());
    CHECK(of("free.test").is_held);
    CHECK(of("rsa.test").live.empty());
    CHECK_THAT(
        lines_of(decision.left),
        Catch::Contains("main.test: one.test is taken for the managed domain main.test") &&
            Catch::Contains("part.test: part.test is in the managed domain part.test "
                            "(mdcertd.conf:3) already") &&
            Catch::Contains("held.test: the store has a certificate for held.test already") &&
            Catch::Contains("rsa.test: its key is P-256, MDPrivateKeys asks for another"));
}

TEST_CASE("one account for each CA: the one most was issued to, unless one is there") {
    Machine machine;
    machine.add("one.test", certified("one.test"));
    machine.add("two.test", certified("two.test"));
    machine.found.certificates[0].account = machine.found.certificates[1].account = "b";
    for (const auto& [source, ca] :
         std::map<std::string, std::string>{{"a", ca_url},
                                            {"b", ca_url},
                                            {"c", "https://other.test/dir"},
                                            {"d", "https://acme-v01.api.letsencrypt.org/directory"},
                                            {"e", "ftp://x"},
                                            {"f", "https://x.test/${HOME}"}})
        machine.found.accounts.push_back(found_account(source, ca));
    machine.accounts["https://other.test/dir"] = true;
    const auto decision = machine.decide();
    REQUIRE(decision.accounts.size() == 1);
    CHECK(decision.accounts[0]->source == "b");
    CHECK_THAT(lines_of(decision.left),
               Catch::Contains("a: one account is used at each CA, and b is taken") &&
                   Catch::Contains("c: the store has an account at https://other.test/dir") &&
                   Catch::Contains("d: its CA spoke a protocol that has ended") &&
                   Catch::Contains("e: the address of its CA is none") &&
                   Catch::Contains("f: the address of its CA is none"));
    // A registration that was only begun gives way to one that is known.
    machine.accounts["https://other.test/dir"] = false;
    CHECK(machine.decide().accounts.size() == 2);
}

TEST_CASE("the configuration says what was found, and loads without an error or a surprise") {
    Machine machine;
    machine.add("one.test", certified("one.test www.one.test", days{60}, KeySpec::rsa(2048)));
    machine.add("old.test", certified("old.test", -days{1}));
    auto& first = machine.found.certificates[0];
    first.contacts = {"mailto:a@one.test", "no address", "mailto:b@one.test"};
    first.hook = "systemctl reload nginx";
    first.proof = "webroot /var/www";
    first.kept = store::MdRecord{};
    first.kept->renew_window = model::Window::percent(20);
    first.kept->warn_window = model::Window::duration(days{9});
    first.kept->require_https = model::RequireHttps::permanent;
    first.kept->ca_challenges = {"http-01", "evil-01\nManagedDomain evil.test"};
    machine.found.hooks = {"/etc/hooks/reload"};
    const auto decision = machine.decide();
    const auto text = configuration_text(decision, machine.found,
                                         {import::ImportSource::certbot, "/etc/letsencrypt"}, now);
    INFO(text);
    CHECK_THAT(text, Catch::Contains("#     systemctl reload nginx\n") &&
                         Catch::Contains("#     /etc/hooks/reload\n") &&
                         Catch::Contains("From one.test of certbot, which proved the names by "
                                         "webroot /var/www\n"));
    const auto loaded = config::load("x", VirtualDisk({{"x", text}}), {});
    CHECK(loaded.diagnostics.empty());
    REQUIRE(loaded.desired.domains.size() == 2);
    const auto& one = loaded.desired.domains[1];
    CHECK(one.name() == "one.test");
    CHECK(one.settings->directory_urls() == Names{ca_url});
    CHECK(one.settings->common().contacts == Names{"mailto:a@one.test", "mailto:b@one.test"});
    CHECK(one.settings->common().agreement == "accepted");
    CHECK(one.settings->keys == std::vector{KeySpec::rsa(2048)});
    CHECK(one.settings->renew_window == model::Window::percent(20));
    CHECK(one.settings->warn_window == model::Window::duration(days{9}));
    CHECK(one.settings->require_https == model::RequireHttps::permanent);
    CHECK(one.settings->challenges == std::vector{model::ChallengeType::http_01});
}

TEST_CASE("nothing that a tree says becomes a directive or moves the cursor") {
    Machine machine;
    const std::string evil = "x\nMDNotifyCmd /bin/evil\n\x1b[2J${HOME}\\";
    machine.add(evil, certified("one.test"));
    auto& first = machine.found.certificates[0];
    first.hook = first.proof = evil;
    first.ca_url = "https://ca.test/${HOME}";
    first.contacts = {evil, "mailto:${HOME}@one.test", "mailto:a@one.test"};
    machine.found.hooks = {evil};
    machine.found.troubles.push_back({evil, evil});
    const auto decision = machine.decide();
    const import::SourceTree origin{import::ImportSource::lego, evil};
    const auto text = configuration_text(decision, machine.found, origin, now);
    INFO(text);
    const auto loaded = config::load("x", VirtualDisk({{"x", text}}), {});
    CHECK(loaded.ok());
    CHECK(loaded.desired.server.notify_command.empty());
    REQUIRE(loaded.desired.domains.size() == 1);
    CHECK(loaded.desired.domains[0].settings->common().contacts == Names{"mailto:a@one.test"});
    CHECK_THAT(loaded.desired.domains[0].settings->common().directory_url,
               Catch::Contains("letsencrypt"));
    const auto report = report_text(decision, origin, "/etc/x.conf");
    for (const std::string& said : {text, report}) {
        CHECK(said.find('\x1b') == std::string::npos);
        CHECK(said.find("\nMDNotifyCmd /bin/evil") == std::string::npos);
    }
}

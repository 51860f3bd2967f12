// SPDX-License-Identifier: Apache-2.0
// Every directive of mod_md 2.6.11 is honoured, passed over with a warning that says why, or stops
// its MD; what asks for nothing passes in silence. None is an error.
#include "config/mod_md_directives.hpp"

#include "config/loading.hpp"

using namespace md;
using namespace md::config;

namespace {

Loaded with(const std::string& line) {
    return load_text(line + "\nManagedDomain a.org\nManagedDomain b.org\n");
}

const std::string& stop_of(const Loaded& loaded, std::size_t domain) {
    return loaded.desired.domains.at(domain).stopped;
}

}  // namespace

TEST_CASE("settings of mod_md that ask for nothing pass") {
    for (const char* line :
         {"MDBaseServer off", "MDMatchNames all", "MDExternalAccountBinding none",
          "MDChallengeDns01 off", "MDChallengeDns01Version 1", "MDProfileMandatory off",
          "MDProfileMandatory on", "MDHttpProxyCACertificateFile none", "MDStapling off",
          "MDStapleOthers off", "MDStoreLocks off", "MDServerStatus off", "MDCertificateStatus off",
          "MDRenewViaARI off", "MDInitialDelay 0", "MDActivationDelay 0s", "mdbaseserver OFF"}) {
        INFO(line);
        Loaded loaded = with(line);
        CHECK(told(loaded) == Told{});
        CHECK(loaded.desired.domains[0].driven());
    }
}

TEST_CASE("what is of no consequence is passed over, with the reason") {
    for (const char* line :
         {"MDActivationDelay 2d", "MDActivationDelay -1d",
          "MDCertificateCheck crt.sh https://crt.sh",
          "MDCertificateMonitor crt.sh https://crt.sh?q=", "MDCertificateStatus on",
          "MDChallengeDns01Version 2", "MDHttpProxyCACertificateFile /etc/ssl/proxy.pem",
          "MDInitialDelay 30s", "MDRenewViaARI on", "MDServerStatus on", "MDStapleOthers on",
          "MDStapling on", "MDStaplingKeepResponse 7d", "MDStaplingRenewWindow 33%",
          "MDStoreLocks on", "MDStoreLocks 10s"}) {
        INFO(line);
        Loaded loaded = with(line);
        REQUIRE(loaded.diagnostics.size() == 1);
        CHECK(loaded.diagnostics[0].severity == Severity::warning);
        CHECK_THAT(loaded.diagnostics[0].message, Catch::Contains(" is passed over: "));
        CHECK(loaded.desired.domains[0].driven());
    }
}

TEST_CASE("what mdcertd cannot do stops the managed domains that ask for it, and no other") {
    for (const char* line :
         {"MDChallengeDns01 /usr/bin/dns set", "MDCAChallenges dns-01",
          "MDHttpProxy https://proxy.example.org", "MDCertificateAuthority Buypass-Test"}) {
        INFO(line);
        Loaded all = with(line);
        REQUIRE(all.diagnostics.size() == 1);
        CHECK(all.diagnostics[0].severity == Severity::stopped);
        CHECK_THAT(all.diagnostics[0].message,
                   Catch::Contains("; 2 managed domains are not driven"));
        CHECK(all.ok());
        CHECK_FALSE(all.desired.domains[0].driven());
        CHECK_FALSE(all.desired.domains[1].driven());
        Loaded one = load_text("<ManagedDomain a.org>\n" + std::string(line) +
                               "\n</ManagedDomain>\nManagedDomain b.org\n");
        CHECK(one.count(Severity::stopped) == 1);
        CHECK_THAT(stop_of(one, 0), Catch::Contains("(conf:2)"));
        CHECK(stop_of(one, 1).empty());
        CHECK(one.desired.domains[1].driven());
    }
    for (const char* line : {"MDBaseServer on", "MDMatchNames servernames"}) {
        Loaded all = with(line);
        CHECK(all.count(Severity::stopped) == 1);
        CHECK(all.ok());
        CHECK_FALSE(all.desired.domains[0].driven());
    }
}

TEST_CASE("a section takes back what is asked for outside") {
    Loaded loaded = load_text(
        "MDChallengeDns01 /bin/dns\nManagedDomain a.org\n<ManagedDomain b.org>\n"
        "MDChallengeDns01 off\n</ManagedDomain>\n");
    CHECK_FALSE(loaded.desired.domains[0].driven());
    CHECK(loaded.desired.domains[1].driven());
    CHECK_THAT(loaded.diagnostics.at(0).message, Catch::Contains("'a.org' is not driven"));
}

TEST_CASE("a key that binds an account is shown nowhere") {
    for (const char* line : {"MDExternalAccountBinding kid S3cretHmac",
                             "MDExternalAccountBinding kid S3cretHmac S3cretHmac"}) {
        Loaded loaded = with(line);
        for (const Diagnostic& diagnostic : loaded.diagnostics)
            CHECK(render(diagnostic).find("S3cretHmac\n") == std::string::npos);
        CHECK(show_config_text(loaded).find(" S3cretHmac\n") == std::string::npos);
        CHECK(show_config_json(loaded).find(" S3cretHmac\"") == std::string::npos);
    }
}

TEST_CASE("a program for dns-01 stops nobody who names other challenges") {
    Loaded loaded = with("MDChallengeDns01 /usr/bin/dns\nMDCAChallenges http-01");
    CHECK(told(loaded) == Told{});
    CHECK(loaded.desired.domains[0].driven());
}

TEST_CASE("a certificate file makes its managed domain static") {
    Loaded loaded = load_good(
        "ServerRoot /srv/m\n<ManagedDomain a.org>\nMDDriveMode always\n"
        "MDCertificateFile a.pem\nMDCertificateFile /etc/ssl/b.pem\n"
        "MDCertificateKeyFile a.key\nMDCertificateKeyFile /etc/ssl/b.key\n"
        "</ManagedDomain>\nManagedDomain b.org\n");
    const model::ManagedDomain& domain = loaded.desired.domains[0];
    CHECK(domain.is_static());
    CHECK_FALSE(domain.driven());
    CHECK(domain.settings->certificate_files == Names{"/srv/m/a.pem", "/etc/ssl/b.pem"});
    CHECK(domain.settings->key_files == Names{"/srv/m/a.key", "/etc/ssl/b.key"});
    CHECK(loaded.desired.domains[1].driven());
    CHECK(load_good(show_config_text(loaded)).desired.domains[0].settings == domain.settings);
}

TEST_CASE("whom nobody drives is not stopped") {
    CHECK(load_good("MDRenewMode manual\nMDChallengeDns01 /bin/dns\nManagedDomain *.a.org\n").ok());
    CHECK(load_good("<ManagedDomain *.a.org>\nMDCertificateFile /a.pem\n"
                    "MDCertificateKeyFile /a.key\n</ManagedDomain>\n")
              .ok());
}

TEST_CASE("values that mod_md refuses are mistakes here, too") {
    for (const char* line :
         {"MDStapling perhaps", "MDStoreLocks perhaps", "MDRetryFailover 0", "MDRetryFailover x",
          "MDChallengeDns01Version 3", "MDMatchNames some", "MDBaseServer 1",
          "MDStaplingRenewWindow 100%", "MDInitialDelay soon", "MDProfileMandatory maybe"}) {
        INFO(line);
        CHECK(with(line).count(Severity::error) == 1);
    }
}

TEST_CASE("each of them may stand where mod_md takes it") {
    for (const DirectiveSpec& spec : mod_md_directives()) {
        INFO(spec.name);
        CHECK((spec.places & at_top) != 0);
        CHECK(find_directive(spec.name) == &spec);
        CHECK_FALSE(spec.arguments.empty());
    }
}

TEST_CASE("what takes up to two arguments takes none no more than the others do") {
    for (const std::string name : {"MDCertificateCheck", "MDCertificateMonitor"}) {
        CHECK(told(load_text(name + "\n")) == Told{"1:1: error: " + name + " needs an argument"});
        CHECK_FALSE(load_text("<VirtualHost *:443>\n" + name + "\n</VirtualHost>\n").ok());
    }
}

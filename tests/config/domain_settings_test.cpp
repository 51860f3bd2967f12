// SPDX-License-Identifier: Apache-2.0
// The directives of managed domains, each with good values; bad ones are files in tests/config/bad.
#include "config/loading.hpp"

using namespace md;
using namespace md::config;
using namespace std::chrono_literals;
using model::ChallengeType;
using model::KeySpec;

TEST_CASE("a managed domain without a setting has those of the model") {
    CHECK(settings_of("") == model::Settings{});
}

TEST_CASE("MDCertificateAuthority takes a URL or a name") {
    CHECK(settings_of("MDCertificateAuthority https://ca.example.org/dir").directory_urls() ==
          Names{"https://ca.example.org/dir"});
    CHECK(settings_of("MDCertificateAuthority LetsEncrypt-Test").directory_urls() ==
          Names{"https://acme-staging-v02.api.letsencrypt.org/directory"});
}

TEST_CASE("an old address of Let's Encrypt works, with a warning") {
    Loaded loaded = load_text(
        "ManagedDomain example.org\n"
        "MDCertificateAuthority "
        "https://acme-v01.api.letsencrypt.org/directory\n");
    CHECK(loaded.ok());
    CHECK(loaded.diagnostics.size() == 1);
    CHECK(loaded.desired.domains[0].settings->directory_urls() ==
          Names{"https://acme-v02.api.letsencrypt.org/directory"});
}

TEST_CASE("MDProfile is any name, or none") {
    CHECK(settings_of("MDProfile ShortLived").common().profile == "ShortLived");
    CHECK(settings_of("MDProfile none").common().profile == "");
    CHECK(settings_of("MDProfile \"\"").common().profile == "");
}

TEST_CASE("MDCertificateLifetime is a time, in days where nothing else is said, or none") {
    CHECK(settings_of("MDCertificateLifetime 7").certificate_lifetime == 7 * 24h);
    CHECK(settings_of("MDCertificateLifetime 160h").certificate_lifetime == 160h);
    CHECK(settings_of("MDCertificateLifetime none").certificate_lifetime == 0s);
    for (const char* wrong : {"59mi", "0", "soon"})
        CHECK_FALSE(
            load_text("ManagedDomain a.org\nMDCertificateLifetime " + std::string(wrong) + "\n")
                .ok());
}

TEST_CASE("MDCertificateAgreement is 'accepted' or a URL") {
    CHECK(settings_of("MDCertificateAgreement accepted").common().agreement == "accepted");
    CHECK(settings_of("MDCertificateAgreement ACCEPTED").common().agreement == "accepted");
    CHECK(
        settings_of("MDCertificateAgreement https://ca.example.org/terms.pdf").common().agreement ==
        "https://ca.example.org/terms.pdf");
}

TEST_CASE("MDCertificateProtocol is ACME in any case") {
    CHECK(settings_of("MDCertificateProtocol acme") == model::Settings{});
}

TEST_CASE("MDCACertificateFile is a path below ServerRoot, or none") {
    CHECK(settings_of("MDCACertificateFile /etc/ca.pem").common().ca_certificate_file ==
          "/etc/ca.pem");
    CHECK(settings_of("MDCACertificateFile ca.pem").common().ca_certificate_file ==
          "/var/lib/mdcertd/ca.pem");
    CHECK(settings_of("MDCACertificateFile ca.pem\nServerRoot /srv").common().ca_certificate_file ==
          "/srv/ca.pem");
    CHECK(settings_of("MDCACertificateFile None").common().ca_certificate_file.empty());
    CHECK(fault_of("MDCACertificateFile \"\"") == "an empty path");
}

TEST_CASE("contacts are URIs") {
    CHECK(settings_of("MDContactEmail ops@example.org").common().contacts ==
          Names{"mailto:ops@example.org"});
    CHECK(settings_of("ServerAdmin mailto:ops@example.org").common().contacts ==
          Names{"mailto:ops@example.org"});
    CHECK(
        settings_of("MDContactEmail a@example.org b@example.org a@example.org").common().contacts ==
        Names{"mailto:a@example.org", "mailto:b@example.org"});
}

TEST_CASE("MDContactEmail beats ServerAdmin, whichever comes last") {
    CHECK(
        settings_of("ServerAdmin a@example.org\nMDContactEmail b@example.org").common().contacts ==
        Names{"mailto:b@example.org"});
    CHECK(
        settings_of("MDContactEmail b@example.org\nServerAdmin a@example.org").common().contacts ==
        Names{"mailto:b@example.org"});
}

TEST_CASE("a ServerAdmin that is no address is none of a CA's business") {
    for (const char* admin : {"webmaster@localhost", "https://example.org/", "\"[no address]\""}) {
        Loaded loaded =
            load_text("ServerAdmin " + std::string(admin) + "\nManagedDomain example.org\n");
        CHECK(loaded.ok());
        CHECK(loaded.diagnostics.size() == 1);
        CHECK(loaded.desired.domains[0].settings->common().contacts.empty());
    }
}

TEST_CASE("MDCAChallenges keeps the order") {
    CHECK(settings_of("MDCAChallenges http-01 tls-alpn-01").challenges ==
          std::vector{ChallengeType::http_01, ChallengeType::tls_alpn_01});
    CHECK(settings_of("MDCAChallenges HTTP-01").challenges == std::vector{ChallengeType::http_01});
    CHECK(settings_of("MDCAChallenges http-01 http-01").challenges ==
          std::vector{ChallengeType::http_01});
}

TEST_CASE("tls-sni-01 is read as its successor, with a warning") {
    Loaded loaded =
        load_text("MDCAChallenges tls-sni-01 http-01 tls-alpn-01\nManagedDomain example.org\n");
    CHECK(loaded.ok());
    CHECK(told(loaded) == Told{"1:16: warning: tls-sni-01 does not exist any more"});
    CHECK(loaded.desired.domains[0].settings->challenges ==
          std::vector{ChallengeType::tls_alpn_01, ChallengeType::http_01});
}

TEST_CASE("dns-01 is known and can not work yet") {
    Loaded loaded = load_text("MDCAChallenges dns-01 http-01\nManagedDomain example.org\n");
    CHECK(told(loaded) == Told{"1:16: warning: mdcertd does not have the challenge dns-01 yet"});
    CHECK(loaded.desired.domains[0].settings->challenges ==
          std::vector{ChallengeType::dns_01, ChallengeType::http_01});
}

TEST_CASE("MDPrivateKeys takes RSA with and without bits, and curves by their names") {
    CHECK(settings_of("MDPrivateKeys Default").keys == std::vector{KeySpec::rsa()});
    CHECK(settings_of("MDPrivateKeys RSA").keys == std::vector{KeySpec::rsa()});
    CHECK(settings_of("MDPrivateKeys RSA 3072").keys == std::vector{KeySpec::rsa(3072)});
    CHECK(settings_of("MDPrivateKeys rsa8192\nMDCertificateAuthority https://ca.example.org/acme")
              .keys == std::vector{KeySpec::rsa(8192)});
    CHECK(settings_of("MDPrivateKeys RSA 2048").keys == std::vector{KeySpec::rsa(2048)});
    CHECK(settings_of("MDPrivateKeys P-384").keys == std::vector{KeySpec::ec("p-384")});
    CHECK(settings_of("MDPrivateKeys secp256r1").keys == std::vector{KeySpec::ec("secp256r1")});
}

TEST_CASE("several keys stay in their order") {
    CHECK(settings_of("MDPrivateKeys P-256 RSA 3072 P-384").keys ==
          std::vector{KeySpec::ec("p-256"), KeySpec::rsa(3072), KeySpec::ec("p-384")});
    CHECK(settings_of("MDPrivateKeys RSA P-256").keys ==
          std::vector{KeySpec::rsa(), KeySpec::ec("p-256")});
}

TEST_CASE("keys that are not safe, not possible or not different are refused") {
    CHECK(fault_of("MDPrivateKeys RSA 2047") == "an RSA key of 2047 bits is not safe");
    CHECK(fault_of("MDPrivateKeys rsa512") == "an RSA key of 512 bits is not safe");
    CHECK(fault_of("MDPrivateKeys RSA 8193") == "an RSA key of 8193 bits is too large");
    CHECK(fault_of("MDPrivateKeys RSA 99999999999999999999") ==
          "an RSA key of 99999999999999999999 bits is too large");
    CHECK(fault_of("MDPrivateKeys RSA 2048 RSA 4096") == "two keys of the same type");
    CHECK(fault_of("MDPrivateKeys P-256 secp256r1") == "two keys of the same type");
    CHECK(fault_of("MDPrivateKeys RSA Default") == "Default stands alone");
    CHECK(fault_of("MDPrivateKeys ed25519") == "'ed25519' is not a key type");
    CHECK(fault_of("MDPrivateKeys rsa-2048") == "'rsa-2048' is not a key type");
}

TEST_CASE("MDRenewWindow is a time or a share") {
    CHECK(settings_of("MDRenewWindow 21d").renew_window == model::Window::duration(21 * 24h));
    CHECK(settings_of("MDRenewWindow 30s").renew_window == model::Window::duration(30s));
    CHECK(settings_of("MDRenewWindow 10%").renew_window == model::Window::percent(10));
    CHECK(settings_of("MDRenewWindow 14").renew_window == model::Window::duration(14 * 24h));
}

TEST_CASE("MDDriveMode has a newer name and words of older days") {
    using model::DriveMode;
    CHECK(settings_of("MDDriveMode auto").drive_mode == DriveMode::automatic);
    CHECK(settings_of("MDRenewMode always").drive_mode == DriveMode::always);
    CHECK(settings_of("MDDriveMode MANUAL").drive_mode == DriveMode::manual);
    CHECK(settings_of("MDRenewMode automatic").drive_mode == DriveMode::automatic);
    CHECK(settings_of("MDRenewMode stick").drive_mode == DriveMode::manual);
}

TEST_CASE("MDMustStaple and MDRequireHttps are words") {
    CHECK(settings_of("MDMustStaple on").must_staple);
    CHECK_FALSE(settings_of("MDMustStaple off").must_staple);
    CHECK(settings_of("MDRequireHttps off").require_https == model::RequireHttps::off);
    CHECK(settings_of("MDRequireHttps temporary").require_https == model::RequireHttps::temporary);
    CHECK(settings_of("MDRequireHttps Permanent").require_https == model::RequireHttps::permanent);
}

TEST_CASE("MDHttpProxy keeps the password for the proxy") {
    CHECK(settings_of("MDHttpProxy http://u:p@proxy:3128").common().http_proxy ==
          "http://u:p@proxy:3128");
    CHECK(settings_of("MDHttpProxy none").common().http_proxy.empty());
}

TEST_CASE("what Let's Encrypt does not take stops nobody who asks another CA first") {
    const std::string key = "MDPrivateKeys P-521\n";
    auto driven = [&](const std::string& authorities) {
        return load_text("ManagedDomain a.org\n" + key + "MDCertificateAuthority " + authorities +
                         "\n")
            .desired.domains.at(0)
            .driven();
    };
    CHECK(driven("https://ca.example.org/dir LetsEncrypt"));
    CHECK_FALSE(driven("LetsEncrypt https://ca.example.org/dir"));
}

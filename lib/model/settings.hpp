// SPDX-License-Identifier: Apache-2.0
// The settings of one managed domain after section, global value and default were merged. What each
// means is told by the directive of its name in config/schema and mdcertd.conf(5).
#pragma once

#include "model/issuer.hpp"
#include "model/key_spec.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace md::model {

enum class DriveMode { manual = 0, automatic = 1, always = 2 };  // numbers as in md.json
enum class MemberMode { manual = 0, automatic = 1 };             // "transitive" in md.json
enum class RequireHttps { off, temporary, permanent };
enum class ChallengeType { http_01, tls_alpn_01, dns_01 };

// The wire's words: "http-01", "tls-alpn-01", "dns-01".
std::string_view wire_name(ChallengeType type);
std::optional<ChallengeType> challenge_type_named(std::string_view word);

// "auto", "always", "manual".
std::string_view word(DriveMode mode);

// MDRenewWindow: a share of the lifetime, or a time before the end.
struct Window {
    std::variant<int, std::chrono::seconds> value = 33;  // int: percent, 0-99

    static Window percent(int share) { return {share}; }
    static Window duration(std::chrono::seconds time) { return {time}; }

    // How long before notAfter a certificate of this lifetime is renewed.
    std::chrono::seconds of(std::chrono::seconds lifetime) const;
    // "33%", "14d", "12h", "30mi", "30s": as in the configuration and md.json.
    std::string text() const;

    bool operator==(const Window&) const = default;
};

// MDServedAt: where the outside gets the certificate, looked at after the notification.
struct ServedAt {
    enum class StartTls { none, smtp, imap };

    std::string host;  // an IPv6 address without brackets
    std::uint16_t port = 443;
    StartTls starttls = StartTls::none;

    // "mail.example.org:25"
    std::string place() const;
    // "mail.example.org:25 starttls smtp", as in the configuration.
    std::string text() const;
    bool operator==(const ServedAt&) const = default;
};

// A directive that asks for what mdcertd cannot do: its MD is stopped.
struct Unmet {
    std::string directive;  // the schema's name of it
    std::string why;        // "mdcertd has no profiles yet"
    std::string hint;

    bool operator==(const Unmet&) const = default;
};

struct Settings {
    std::vector<Issuer> issuers = {Issuer{}};  // in the order they are asked; never empty
    unsigned retry_failover = 13;  // MDRetryFailover: failures at one CA before the next is asked
    std::vector<ChallengeType> challenges = {ChallengeType::tls_alpn_01, ChallengeType::http_01};
    std::vector<KeySpec> keys = {KeySpec::rsa()};
    Window renew_window;
    Window warn_window = Window::percent(10);  // MDWarnWindow
    DriveMode drive_mode = DriveMode::automatic;
    MemberMode members = MemberMode::automatic;
    RequireHttps require_https = RequireHttps::off;
    bool must_staple = false;
    std::chrono::seconds certificate_lifetime{0};  // MDCertificateLifetime; 0 = as the CA chooses
    std::string preferred_chain;  // MDPreferredChain: a root's common name; "" = none
    std::vector<ServedAt> served_at;
    std::vector<std::string> certificate_files;  // MDCertificateFile: the MD is static
    std::vector<std::string> key_files;          // MDCertificateKeyFile, one for each of those
    std::vector<Unmet> unmet;                    // at most one for each directive

    // Other CAs, which are told what the former ones were.
    void set_directory_urls(const std::vector<std::string>& urls);
    std::vector<std::string> directory_urls() const;
    // nullptr: no CA of that URL is asked.
    const Issuer* issuer_at(std::string_view directory_url) const;
    // What the MD's directives say of each of its CAs.
    template <typename Value>
    void set_for_issuers(Value Issuer::*member, const Value& value) {
        for (Issuer& issuer : issuers)
            issuer.*member = value;
    }
    // The others are told of no account at the first one.
    void bind_first_issuer_alone();
    const Issuer& common() const { return issuers.front(); }

    bool operator==(const Settings&) const = default;
};

}  // namespace md::model

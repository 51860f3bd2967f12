// SPDX-License-Identifier: Apache-2.0
// An absolute http or https URL (RFC 3986), parsed once and only ever used in its parts.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace md::base {

class Url {
public:
    // nullopt: not absolute, another scheme, no host, a port out of range, or characters that do
    // not belong. User information is kept apart and never part of text(). A fragment is dropped.
    static std::optional<Url> parse(std::string_view text);

    // The same, and what is relative to this one (RFC 3986 §5.2).
    std::optional<Url> resolve(std::string_view reference) const;

    const std::string& scheme() const { return scheme_; }  // "http" or "https"
    const std::string& host() const { return host_; }      // lower case; IPv6 without brackets
    std::uint16_t port() const { return port_; }           // the scheme's default filled in
    const std::string& target() const { return target_; }  // "/path?query", at least "/"
    const std::string& user_info() const { return user_info_; }  // "user:password", decoded; or ""
    bool is_https() const { return scheme_ == "https"; }

    std::string authority() const;  // the Host header: "host" or "host:port", IPv6 in brackets
    std::string origin() const;     // "https://host:port"; equal origins share connections
    std::string text() const;       // the whole without user information: safe to log

    auto operator<=>(const Url&) const = default;

private:
    std::string scheme_, host_, target_, user_info_;
    std::uint16_t port_ = 0;
};

}  // namespace md::base

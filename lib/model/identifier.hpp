// SPDX-License-Identifier: Apache-2.0
// What a certificate is for and a CA has to see proved: a DNS name or an IP address (RFC 8555
// §7.1.3, RFC 8738). An address is kept in its canonical text (IPv6: RFC 5952), so that equal texts
// are equal identifiers. No DNS name looks like an address.
#pragma once

#include "base/bytes.hpp"
#include "model/domain_name.hpp"

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace md::model {

class Identifier {
public:
    Identifier(DomainName name) : text_(name.text()) {}
    // A DNS name or an address as a person writes it: IPv6 in any of its forms, without brackets.
    static Checked<Identifier> parse(std::string_view text);
    // As an order and an authorization have it; no type: by its value. Lower-cases.
    static Checked<Identifier> from_wire(std::string_view type, std::string_view value);
    // The 4 or 16 octets of an iPAddress (RFC 5280 §4.2.1.6); of other lengths nothing.
    static std::optional<Identifier> from_octets(base::BytesView octets);
    // What a TLS client means by its server name: a name below in-addr.arpa and ip6.arpa that is
    // the one of an address means that address (RFC 8738 §6).
    static std::optional<Identifier> from_server_name(std::string_view name);

    const std::string& text() const { return text_; }
    // "dns" or "ip".
    std::string_view wire_type() const { return is_ip() ? "ip" : "dns"; }
    bool is_ip() const;
    bool is_ipv6() const { return text_.find(':') != std::string::npos; }
    bool is_wildcard() const { return text_.starts_with("*."); }
    bool is_single_label() const { return !is_ip() && text_.find('.') == std::string::npos; }

    // Of an address: its 4 or 16 octets in network order; of a name none.
    base::Bytes octets() const;
    // What a TLS client sends as server name: the name itself, or of an address the name of its
    // reverse mapping, without the final dot (RFC 8738 §6).
    std::string server_name() const;

    // Equal, or this is a wildcard one label above the other: *.example.org covers www.example.org,
    // not example.org and not a.b.example.org (RFC 6125 §6.4.3).
    bool covers(const Identifier& other) const;

    auto operator<=>(const Identifier&) const = default;

private:
    explicit Identifier(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

}  // namespace md::model

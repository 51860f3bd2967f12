// SPDX-License-Identifier: Apache-2.0
// Addresses that share their first bits, IPv4 and IPv6 alike: "192.0.2.1", "10.0.0.0/8".
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace md::model {

// Of IPv6, in network order; an IPv4 address as ::ffff:a.b.c.d (RFC 4291 §2.5.5.2).
using AddressOctets = std::array<unsigned char, 16>;

struct AddressRange {
    AddressOctets first{};
    unsigned bits = 128;
    std::string text;  // as it was written

    // nullopt: neither an address nor one with a number of bits behind it, or bits are set behind
    // those that count.
    static std::optional<AddressRange> parse(std::string_view text);

    bool contains(const AddressOctets& address) const;
    bool operator==(const AddressRange&) const = default;
};

// MDProxyProtocol: who puts a PROXY header in front of what it passes on.
struct ProxySources {
    std::vector<AddressRange> ranges;
    bool unix_socket = false;  // all that comes by a Unix socket

    bool empty() const { return ranges.empty() && !unix_socket; }
    bool contains(const AddressOctets& address) const;
    bool operator==(const ProxySources&) const = default;
};

}  // namespace md::model

// SPDX-License-Identifier: Apache-2.0
#include "model/identifier.hpp"

#include "base/hex.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>

namespace md::model {
namespace {

constexpr std::size_t ipv4_octets = 4, ipv6_octets = 16;
constexpr std::string_view ipv4_zone = ".in-addr.arpa", ipv6_zone = ".ip6.arpa";

base::Bytes octets_of(std::string_view text) {
    if (text.find_first_not_of("0123456789abcdefABCDEF:.") != std::string_view::npos)
        return {};
    const std::string address(text);
    base::Bytes octets(ipv6_octets);
    if (::inet_pton(AF_INET6, address.c_str(), octets.data()) == 1)
        return octets;
    octets.resize(ipv4_octets);
    if (::inet_pton(AF_INET, address.c_str(), octets.data()) == 1)
        return octets;
    return {};
}

std::string text_of(base::BytesView octets) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const int family = octets.size() == ipv4_octets ? AF_INET : AF_INET6;
    return ::inet_ntop(family, octets.data(), text.data(), text.size());
}

// "192.0.2.1" becomes "1.2.0.192", and the nibbles "20010db8" become "8.b.d.0.1.0.0.2".
std::string reversed(const std::vector<std::string>& parts) {
    std::string text;
    for (auto part = parts.rbegin(); part != parts.rend(); ++part)
        text += (text.empty() ? "" : ".") + *part;
    return text;
}

std::vector<std::string> reverse_labels(const base::Bytes& octets) {
    std::vector<std::string> labels;
    if (octets.size() == ipv4_octets)
        for (unsigned char octet : octets)
            labels.push_back(std::to_string(octet));
    else
        for (char digit : base::lower_hex(octets))
            labels.emplace_back(1, digit);
    return labels;
}

// The labels of a name in reverse, put together as an address is written; "" is none.
std::string address_of_labels(std::string_view name, std::size_t group, char between) {
    std::string address;
    std::size_t count = 0;
    while (!name.empty()) {
        const auto dot = name.rfind('.');
        if (count > 0 && count % group == 0)
            address += between;
        address += name.substr(dot == std::string_view::npos ? 0 : dot + 1);
        name = name.substr(0, dot == std::string_view::npos ? 0 : dot);
        ++count;
    }
    return address;
}

std::string address_named(std::string_view name) {
    if (name.ends_with(ipv4_zone))
        return address_of_labels(name.substr(0, name.size() - ipv4_zone.size()), 1, '.');
    if (name.ends_with(ipv6_zone))
        return address_of_labels(name.substr(0, name.size() - ipv6_zone.size()), 4, ':');
    return {};
}

}  // namespace

Checked<Identifier> Identifier::parse(std::string_view text) {
    if (const base::Bytes octets = octets_of(text); !octets.empty())
        return Identifier(text_of(octets));
    auto name = DomainName::parse(text);
    if (!name)
        return name.error();
    return Identifier(*std::move(name));
}

Checked<Identifier> Identifier::from_wire(std::string_view type, std::string_view value) {
    auto identifier = parse(value);
    if (identifier && !type.empty() && identifier->wire_type() != type)
        return Mistake{"'" + identifier->text() + "' is no identifier of that type", {}};
    return identifier;
}

std::optional<Identifier> Identifier::from_octets(base::BytesView octets) {
    if (octets.size() != ipv4_octets && octets.size() != ipv6_octets)
        return std::nullopt;
    return Identifier(text_of(octets));
}

std::optional<Identifier> Identifier::from_server_name(std::string_view name) {
    auto identifier = parse(name);
    if (!identifier)
        return std::nullopt;
    auto address = parse(address_named(identifier->text()));
    bool is_of_address = address && address->server_name() == identifier->text();
    return is_of_address ? *address : *identifier;
}

// A name has a letter, or is refused.
bool Identifier::is_ip() const {
    return is_ipv6() || text_.find_first_not_of("0123456789.") == std::string::npos;
}

base::Bytes Identifier::octets() const {
    return octets_of(text_);
}

std::string Identifier::server_name() const {
    if (!is_ip())
        return text_;
    return reversed(reverse_labels(octets())) + std::string(is_ipv6() ? ipv6_zone : ipv4_zone);
}

bool Identifier::covers(const Identifier& other) const {
    if (text_ == other.text_)
        return true;
    if (!is_wildcard() || other.is_wildcard() || other.is_ip())
        return false;
    auto dot = other.text_.find('.');
    return dot != std::string::npos &&
           std::string_view(other.text_).substr(dot) == std::string_view(text_).substr(1);
}

}  // namespace md::model

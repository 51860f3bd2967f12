// SPDX-License-Identifier: Apache-2.0
#include "model/address_range.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>

namespace md::model {
namespace {

constexpr unsigned bits_before_ipv4 = 96;

std::optional<AddressOctets> octets_of(const std::string& text, bool& is_ipv4) {
    AddressOctets octets{};
    is_ipv4 = ::inet_pton(AF_INET, text.c_str(), octets.data() + 12) == 1;
    if (is_ipv4) {
        octets[10] = octets[11] = 0xff;
        return octets;
    }
    if (::inet_pton(AF_INET6, text.c_str(), octets.data()) != 1)
        return std::nullopt;
    return octets;
}

std::optional<unsigned> number_in(std::string_view text) {
    unsigned number = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return number;
}

bool bit_of(const AddressOctets& octets, unsigned bit) {
    return (octets[bit / 8] >> (7 - bit % 8) & 1) != 0;
}

}  // namespace

std::optional<AddressRange> AddressRange::parse(std::string_view text) {
    const auto slash = text.find('/');
    bool is_ipv4 = false;
    auto first = octets_of(std::string(text.substr(0, slash)), is_ipv4);
    if (!first)
        return std::nullopt;
    AddressRange range{*first, 128, std::string(text)};
    if (slash == std::string_view::npos)
        return range;
    const unsigned before = is_ipv4 ? bits_before_ipv4 : 0;
    auto bits = number_in(text.substr(slash + 1));
    if (!bits || *bits > 128 - before)
        return std::nullopt;
    range.bits = before + *bits;
    for (unsigned bit = range.bits; bit < 128; ++bit)
        if (bit_of(range.first, bit))
            return std::nullopt;
    return range;
}

bool AddressRange::contains(const AddressOctets& address) const {
    for (unsigned bit = 0; bit < bits; ++bit)
        if (bit_of(first, bit) != bit_of(address, bit))
            return false;
    return true;
}

bool ProxySources::contains(const AddressOctets& address) const {
    return std::any_of(ranges.begin(), ranges.end(),
                       [&](const AddressRange& range) { return range.contains(address); });
}

}  // namespace md::model

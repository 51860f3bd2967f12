// SPDX-License-Identifier: Apache-2.0
#include "server/proxy_header.hpp"

#include <algorithm>
#include <array>

namespace md::server {
namespace {

namespace ip = boost::asio::ip;
using HeaderState = ProxyHeader::HeaderState;

constexpr std::string_view first_version = "PROXY ";
constexpr std::string_view signature{"\r\n\r\n\0\r\nQUIT\n", 12};  // of version 2
constexpr std::size_t shortest_line = 15;                          // "PROXY UNKNOWN\r\n"
constexpr std::size_t longest_line = 107;                          // §2.1
constexpr std::size_t fixed_part = 16;                             // of version 2

ProxyHeader wants(std::size_t more) {
    return {HeaderState::more, more, {}, {}};
}

ProxyHeader whole(std::optional<ip::address> source) {
    return {HeaderState::whole, 0, source, {}};
}

ProxyHeader malformed(std::string reason) {
    return {HeaderState::malformed, 0, {}, std::move(reason)};
}

bool begin_alike(std::string_view one, std::string_view other) {
    const std::size_t size = std::min(one.size(), other.size());
    return one.substr(0, size) == other.substr(0, size);
}

bool is_port(std::string_view text) {
    bool digits =
        !text.empty() && text.size() <= 5 &&
        std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!digits || (text.size() > 1 && text.front() == '0'))
        return false;
    unsigned number = 0;
    for (char c : text)
        number = 10 * number + static_cast<unsigned>(c - '0');
    return number <= 65535;
}

std::optional<ip::address> address_in(std::string_view text, bool is_ipv6) {
    boost::system::error_code error;
    const std::string copy(text);
    if (!is_ipv6) {
        const auto address = ip::make_address_v4(copy, error);
        return error ? std::nullopt : std::optional<ip::address>(address);
    }
    const auto address = ip::make_address_v6(copy, error);
    if (error || copy.find('%') != std::string::npos)
        return std::nullopt;
    return ip::address(address);
}

// "TCP4 SOURCE DESTINATION PORT PORT", one blank between two words.
ProxyHeader parse_words(std::string_view text) {
    std::array<std::string_view, 5> words;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto blank = text.find(' ');
        words[i] = text.substr(0, blank);
        const bool is_last = i + 1 == words.size();
        if (words[i].empty() || (blank == std::string_view::npos) != is_last)
            return malformed("it has not the five words of TCP4 or TCP6");
        text.remove_prefix(is_last ? text.size() : blank + 1);
    }
    const bool is_ipv6 = words[0] == "TCP6";
    if (!is_ipv6 && words[0] != "TCP4")
        return malformed("it is of neither TCP4, TCP6 nor UNKNOWN");
    auto source = address_in(words[1], is_ipv6);
    if (!source || !address_in(words[2], is_ipv6))
        return malformed("an address in it is none of its family");
    if (!is_port(words[3]) || !is_port(words[4]))
        return malformed("a port in it is none");
    return whole(source);
}

ProxyHeader parse_line(std::string_view octets) {
    const auto feed = octets.find('\n');
    if (feed == std::string_view::npos) {
        if (octets.size() >= longest_line)
            return malformed("its line is longer than 107 octets");
        if (octets.size() < shortest_line)
            return wants(shortest_line - octets.size());
        return wants(octets.back() == '\r' ? 1 : 2);
    }
    if (feed + 1 != octets.size() || octets[feed - 1] != '\r')
        return malformed("its line does not end with CR LF");
    std::string_view text = octets.substr(first_version.size());
    text.remove_suffix(2);
    if (text == "UNKNOWN" || text.starts_with("UNKNOWN "))
        return whole(std::nullopt);
    return parse_words(text);
}

unsigned octet_at(std::string_view octets, std::size_t place) {
    return static_cast<unsigned char>(octets[place]);
}

ip::address source_in(std::string_view octets, bool is_ipv6) {
    if (!is_ipv6) {
        ip::address_v4::bytes_type bytes;
        std::copy_n(octets.begin(), bytes.size(), bytes.begin());
        return ip::address_v4(bytes);
    }
    ip::address_v6::bytes_type bytes;
    std::copy_n(octets.begin(), bytes.size(), bytes.begin());
    return ip::address_v6(bytes);
}

// §2.2: version and command, family and transport, length, addresses, then what is passed over.
ProxyHeader parse_binary(std::string_view octets) {
    if (octets.size() < fixed_part)
        return wants(fixed_part - octets.size());
    const unsigned command = octet_at(octets, 12), family = octet_at(octets, 13);
    const std::size_t size = fixed_part + octet_at(octets, 14) * 256 + octet_at(octets, 15);
    if (command >> 4 != 2)
        return malformed("its version is not 2");
    if ((command & 15) > 1)
        return malformed("its command is neither LOCAL nor PROXY");
    if (size > longest_proxy_header)
        return malformed("it is longer than 536 octets");
    const bool is_local = (command & 15) == 0;
    const bool is_ipv6 = family == 0x21, is_ip = is_ipv6 || family == 0x11;
    const bool has_none = family == 0x00 || family == 0x31;  // UNSPEC, a Unix socket
    if (!is_local && !is_ip && !has_none)
        return malformed("it is not of TCP");
    if (!is_local && is_ip && size < fixed_part + (is_ipv6 ? 36 : 12))
        return malformed("it is too short for its addresses");
    if (octets.size() < size)
        return wants(size - octets.size());
    if (is_local || !is_ip)
        return whole(std::nullopt);
    return whole(source_in(octets.substr(fixed_part), is_ipv6));
}

}  // namespace

ProxyHeader parse_proxy_header(std::string_view octets) {
    if (octets.empty())
        return wants(shortest_line);
    if (begin_alike(octets, first_version))
        return parse_line(octets);
    if (begin_alike(octets, signature))
        return parse_binary(octets);
    return malformed("it begins as none");
}

bool begins_like_proxy_header(std::string_view octets) {
    return octets.starts_with(first_version) || octets.starts_with(signature);
}

}  // namespace md::server

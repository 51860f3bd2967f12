// SPDX-License-Identifier: Apache-2.0
// Plain scanning, ASCII only: no locale, no decoding, no copy.
#include "server/request_target.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace md::server {
namespace {

constexpr std::string_view unreserved = "-._~";
constexpr std::string_view sub_delims = "!$&'()*+,;=";

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
constexpr bool is_alnum(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// RFC 3986 §3.2.2, reg-name or the inside of an IP literal.
bool is_host_char(char c) {
    return is_alnum(c) || c == '%' || unreserved.find(c) != std::string_view::npos ||
           sub_delims.find(c) != std::string_view::npos;
}

bool is_target_char(char c) {
    auto octet = static_cast<unsigned char>(c);
    return octet > 0x20 && octet != 0x7f && c != '#';
}

bool is_uri_char(char c) {
    return is_alnum(c) || std::string_view(":/?@[]%").find(c) != std::string_view::npos ||
           unreserved.find(c) != std::string_view::npos ||
           sub_delims.find(c) != std::string_view::npos;
}

bool starts_without_case(std::string_view text, std::string_view start) {
    return text.size() >= start.size() &&
           std::equal(start.begin(), start.end(), text.begin(),
                      [](char a, char b) { return a == base::lower(b); });
}

RequestTarget split_query(std::string_view rest) {
    std::size_t mark = std::min(rest.find('?'), rest.size());
    return {std::nullopt, rest.substr(0, mark), rest.substr(mark)};
}

}  // namespace

std::optional<RequestTarget> parse_target(std::string_view target) {
    if (!std::all_of(target.begin(), target.end(), is_target_char))
        return std::nullopt;
    if (target.starts_with('/') || target == "*")
        return split_query(target);

    std::string_view rest;
    for (std::string_view scheme : {"http://", "https://"})
        if (starts_without_case(target, scheme))
            rest = target.substr(scheme.size());
    std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
    if (end == 0)
        return std::nullopt;
    RequestTarget result = split_query(rest.substr(end));
    if (result.path.empty())
        result.path = "/";
    result.authority = rest.substr(0, end);
    return result;
}

std::optional<std::string_view> host_of(std::string_view authority) {
    std::string_view host, port;
    if (authority.starts_with('[')) {
        std::size_t end = authority.find(']');
        if (end == std::string_view::npos || end == 1)
            return std::nullopt;
        host = authority.substr(1, end - 1);
        port = authority.substr(end + 1);
        if (!std::all_of(host.begin(), host.end(),
                         [](char c) { return is_host_char(c) || c == ':'; }))
            return std::nullopt;
    } else {
        std::size_t colon = std::min(authority.find(':'), authority.size());
        host = authority.substr(0, colon);
        port = authority.substr(colon);
        if (!std::all_of(host.begin(), host.end(), is_host_char))
            return std::nullopt;
    }
    if (!port.empty() && port.front() != ':')
        return std::nullopt;
    if (!std::all_of(port.begin() + (port.empty() ? 0 : 1), port.end(), is_digit) ||
        port.size() > 6 || (host.empty() && !port.empty()))
        return std::nullopt;
    if (host.ends_with('.'))
        host.remove_suffix(1);
    return host;
}

void append_as_uri(std::string& out, std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (char c : text) {
        if (is_uri_char(c)) {
            out += c;
            continue;
        }
        auto octet = static_cast<unsigned char>(c);
        out += '%';
        out += digits[octet >> 4];
        out += digits[octet & 15];
    }
}

}  // namespace md::server

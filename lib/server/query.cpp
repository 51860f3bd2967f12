// SPDX-License-Identifier: Apache-2.0
#include "server/query.hpp"

#include <algorithm>
#include <charconv>

namespace md::server {
namespace {

// The next field of what is left of a query, which becomes shorter.
std::string_view take_field(std::string_view& rest) {
    std::string_view field = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), field.size() + 1));
    return field;
}

std::string_view without_mark(std::string_view query) {
    return query.substr(std::min<std::size_t>(1, query.size()));
}

// nullopt: the field has another name.
std::optional<std::string_view> value_in(std::string_view field, std::string_view name) {
    std::size_t equals = std::min(field.find('='), field.size());
    if (field.substr(0, equals) != name)
        return std::nullopt;
    return field.substr(std::min(field.size(), equals + 1));
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded += text[i];
            continue;
        }
        unsigned octet = 0;
        const char* end = text.data() + std::min(text.size(), i + 3);
        auto [stop, error] = std::from_chars(text.data() + i + 1, end, octet, 16);
        if (error != std::errc() || stop != text.data() + i + 3)
            return std::nullopt;
        decoded += static_cast<char>(octet);
        i += 2;
    }
    return decoded;
}

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    constexpr std::string_view unreserved =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    std::string encoded;
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if (unreserved.find(c) != std::string_view::npos)
            encoded += c;
        else
            encoded.append({'%', digits[octet >> 4], digits[octet & 15]});
    }
    return encoded;
}

std::optional<std::string_view> query_field(std::string_view query, std::string_view name) {
    std::string_view rest = without_mark(query);
    while (!rest.empty())
        if (auto value = value_in(take_field(rest), name))
            return value;
    return std::nullopt;
}

std::optional<std::vector<std::string>> query_values(std::string_view query,
                                                     std::string_view name) {
    std::vector<std::string> values;
    std::string_view rest = without_mark(query);
    while (!rest.empty()) {
        auto value = value_in(take_field(rest), name);
        if (!value)
            continue;
        auto decoded = percent_decoded(*value);
        if (!decoded)
            return std::nullopt;
        values.push_back(std::move(*decoded));
    }
    return values;
}

}  // namespace md::server

// SPDX-License-Identifier: Apache-2.0
#include "base/base64url.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace md::base {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr auto values = [] {
    std::array<int, 256> table{};
    table.fill(-1);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        table[static_cast<unsigned char>(alphabet[i])] = static_cast<int>(i);
    return table;
}();

int value_of(char c) {
    return values[static_cast<unsigned char>(c)];
}

}  // namespace

std::string base64url_encode(BytesView bytes) {
    std::string text;
    text.reserve((bytes.size() * 4 + 2) / 3);
    std::uint32_t buffer = 0;
    int bits = 0;
    for (unsigned char byte : bytes) {
        buffer = (buffer << 8 | byte) & 0xffff;
        for (bits += 8; bits >= 6; bits -= 6)
            text += alphabet[buffer >> (bits - 6) & 63];
    }
    if (bits > 0)
        text += alphabet[buffer << (6 - bits) & 63];
    return text;
}

std::optional<Bytes> base64url_decode(std::string_view text) {
    if (text.size() % 4 == 1)
        return std::nullopt;
    Bytes bytes;
    bytes.reserve(text.size() * 3 / 4);
    std::uint32_t buffer = 0;
    int bits = 0;
    for (char c : text) {
        int value = value_of(c);
        if (value < 0)
            return std::nullopt;
        buffer = (buffer << 6 | static_cast<std::uint32_t>(value)) & 0xffff;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes.push_back(static_cast<unsigned char>(buffer >> bits & 0xff));
        }
    }
    if ((buffer & ((1u << bits) - 1)) != 0)
        return std::nullopt;
    return bytes;
}

bool is_base64url(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return value_of(c) >= 0; });
}

}  // namespace md::base

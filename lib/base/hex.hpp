// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace md::base {

inline constexpr std::string_view hex_digits = "0123456789abcdef";

// Two digits for each octet.
inline std::string lower_hex(std::span<const unsigned char> octets) {
    std::string text;
    for (unsigned char octet : octets) {
        text += hex_digits[octet >> 4];
        text += hex_digits[octet & 15];
    }
    return text;
}

}  // namespace md::base

// SPDX-License-Identifier: Apache-2.0
#include "model/fingerprint.hpp"

namespace md::model {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

}  // namespace

std::string lower_hex(std::span<const unsigned char> octets) {
    std::string text;
    for (unsigned char octet : octets) {
        text += digits[octet >> 4];
        text += digits[octet & 15];
    }
    return text;
}

std::string Fingerprint::text() const {
    return lower_hex(octets);
}

std::optional<Fingerprint> Fingerprint::parse(std::string_view text) {
    Fingerprint fingerprint;
    if (text.size() != 2 * fingerprint.octets.size())
        return std::nullopt;
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto digit = digits.find(text[i]);
        if (digit == std::string_view::npos)
            return std::nullopt;
        auto& octet = fingerprint.octets[i / 2];
        octet = static_cast<unsigned char>(octet << 4 | digit);
    }
    return fingerprint;
}

}  // namespace md::model

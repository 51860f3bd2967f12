// SPDX-License-Identifier: Apache-2.0
#include "model/fingerprint.hpp"

#include "base/hex.hpp"

namespace md::model {

std::string Fingerprint::text() const {
    return base::lower_hex(octets);
}

std::optional<Fingerprint> Fingerprint::parse(std::string_view text) {
    Fingerprint fingerprint;
    if (text.size() != 2 * fingerprint.octets.size())
        return std::nullopt;
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto digit = base::hex_digits.find(text[i]);
        if (digit == std::string_view::npos)
            return std::nullopt;
        auto& octet = fingerprint.octets[i / 2];
        octet = static_cast<unsigned char>(octet << 4 | digit);
    }
    return fingerprint;
}

}  // namespace md::model

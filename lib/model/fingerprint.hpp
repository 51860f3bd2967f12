// SPDX-License-Identifier: Apache-2.0
// SHA-256 over the DER of a certificate: which one it is.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace md::model {

struct Fingerprint {
    std::array<unsigned char, 32> octets{};

    // 64 digits of hexadecimal, in lower case.
    std::string text() const;
    static std::optional<Fingerprint> parse(std::string_view text);

    bool operator==(const Fingerprint&) const = default;
};

}  // namespace md::model

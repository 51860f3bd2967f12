// SPDX-License-Identifier: Apache-2.0
// The binding of an ACME account to one that the user has at the CA (RFC 8555 §7.3.4):
// MDExternalAccountBinding.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace md::model {

enum class MacAlgorithm : std::uint8_t { hs256, hs384, hs512 };  // RFC 7518 §3.2
// "HS256", "HS384", "HS512"; any letters are read.
std::string_view wire_name(MacAlgorithm algorithm);
std::optional<MacAlgorithm> mac_algorithm_named(std::string_view word);

struct ExternalAccountBinding {
    std::string kid;   // as the CA gave it: any text
    std::string hmac;  // the key in base64url, without padding; secret: never logged
    MacAlgorithm algorithm = MacAlgorithm::hs256;

    bool operator==(const ExternalAccountBinding&) const = default;
};

}  // namespace md::model

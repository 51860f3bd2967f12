// SPDX-License-Identifier: Apache-2.0
// base64url without padding (RFC 4648 §5, RFC 7515 §2).
#pragma once

#include "base/bytes.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace md::base {

std::string base64url_encode(BytesView bytes);
inline std::string base64url_encode(std::string_view text) {
    return base64url_encode(bytes_of(text));
}

// nullopt when a character is outside the alphabet, padding is present, the length is impossible or
// unused bits are set.
std::optional<Bytes> base64url_decode(std::string_view text);

// True when every character is of the base64url alphabet (an empty text is not).
bool is_base64url(std::string_view text);

}  // namespace md::base

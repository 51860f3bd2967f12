// SPDX-License-Identifier: Apache-2.0
// A CA's JSON as hostile input: bounded, and mended where it is written by hand.
#pragma once

#include "json/parsed_text.hpp"

#include <optional>
#include <string_view>

namespace md::acme {

// nullopt: not JSON, or nested deeper than 16. How long a body may be is the transport's to bound.
inline std::optional<md::json::ParsedText> parse_json(std::string_view text) {
    return md::json::ParsedText::parse_mended(text, {4 * 1024 * 1024, 16});
}

}  // namespace md::acme

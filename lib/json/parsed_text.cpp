// SPDX-License-Identifier: Apache-2.0
#include "json/parsed_text.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace md::json {

std::optional<ParsedText> ParsedText::parse(std::string_view text, const Bounds& bounds) {
    auto value = json::parse<Value>(text, bounds);
    if (!value)
        return std::nullopt;
    return ParsedText(std::make_shared<const Value>(std::move(*value)));
}

std::optional<ParsedText> ParsedText::parse_mended(std::string_view text, const Bounds& bounds) {
    auto document = parse(text, bounds);
    return document ? document : parse(mended(text), bounds);
}

}  // namespace md::json

// SPDX-License-Identifier: Apache-2.0
#include "acme/json_text.hpp"

#include <nlohmann/json.hpp>

namespace md::acme {
namespace {

constexpr int most_depth = 16;

// Depth is looked at before anything is built, in one pass that knows texts from structure.
bool too_deep(std::string_view text) {
    int depth = 0;
    bool in_text = false, escaped = false;
    for (char c : text) {
        if (in_text) {
            in_text = escaped || c != '"';
            escaped = !escaped && c == '\\';
        } else if (c == '"') {
            in_text = true;
        } else if (c == '{' || c == '[') {
            if (++depth > most_depth)
                return true;
        } else if (c == '}' || c == ']') {
            --depth;
        }
    }
    return false;
}

// The length of the UTF-8 sequence that a text begins with; 0 where it begins with none.
std::size_t utf8_length(std::string_view text) {
    auto octet = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    std::size_t length = octet(0) < 0x80                        ? 1
                         : octet(0) >= 0xc2 && octet(0) <= 0xdf ? 2
                         : octet(0) >= 0xe0 && octet(0) <= 0xef ? 3
                         : octet(0) >= 0xf0 && octet(0) <= 0xf4 ? 4
                                                                : 0;
    if (length > text.size())
        return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((octet(i) & 0xc0) != 0x80)
            return 0;
    return length;
}

// With what hand-made JSON gets wrong: text in Latin-1 instead of UTF-8, and line breaks within
// texts. A refusal whose type is lost for an accent in its detail is misjudged.
std::string repaired(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        auto first = static_cast<unsigned char>(text[0]);
        std::size_t length = utf8_length(text);
        if (first < 0x20) {
            result += ' ';
        } else if (length > 0) {
            result += text.substr(0, length);
        } else {
            result += static_cast<char>(0xc0 | first >> 6);
            result += static_cast<char>(0x80 | (first & 0x3f));
        }
        text.remove_prefix(length > 0 ? length : 1);
    }
    return result;
}

}  // namespace

std::optional<nlohmann::json> parse_json(std::string_view text) {
    if (too_deep(text))
        return std::nullopt;
    std::optional<nlohmann::json> json(std::in_place, nlohmann::json::parse(text, nullptr, false));
    if (json->is_discarded())
        *json = nlohmann::json::parse(repaired(text), nullptr, false);
    if (json->is_discarded())
        return std::nullopt;
    return json;
}

std::string text_or(const nlohmann::json& object, const char* name, std::string other) {
    if (!object.is_object())
        return other;
    auto found = object.find(name);
    if (found == object.end() || !found->is_string())
        return other;
    return found->get<std::string>();
}

}  // namespace md::acme

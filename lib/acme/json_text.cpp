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

}  // namespace

std::optional<nlohmann::json> parse_json(std::string_view text) {
    if (too_deep(text))
        return std::nullopt;
    std::optional<nlohmann::json> json(std::in_place, nlohmann::json::parse(text, nullptr, false));
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

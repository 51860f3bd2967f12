// SPDX-License-Identifier: Apache-2.0
#include "json/parse.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace md::json {
namespace {

// In one pass that knows texts from structure.
bool is_deeper_than(int levels, std::string_view text) {
    int level = 0;
    bool is_quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (is_quoted && c == '\\')
            ++i;
        else if (c == '"')
            is_quoted = !is_quoted;
        else if (!is_quoted && (c == '{' || c == '[') && ++level > levels)
            return true;
        else if (!is_quoted && (c == '}' || c == ']'))
            --level;
    }
    return false;
}

std::string size_text(std::size_t octets) {
    constexpr std::size_t kib = 1024;
    return octets % (kib * kib) == 0 ? std::to_string(octets / kib / kib) + " MiB"
                                     : std::to_string(octets / kib) + " KiB";
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

}  // namespace

template <typename Json>
boost::system::result<Json, Unparsed> parse(std::string_view text, const Bounds& bounds) {
    if (text.size() > bounds.octets)
        return Unparsed{"it is larger than " + size_text(bounds.octets)};
    if (is_deeper_than(bounds.levels, text))
        return Unparsed{"it is nested too deeply"};
    Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded())
        return Unparsed{text.empty() ? "it is empty" : "it is not JSON"};
    return {boost::system::in_place_value, std::move(json)};
}

template boost::system::result<Value, Unparsed> parse(std::string_view, const Bounds&);
template boost::system::result<OrderedValue, Unparsed> parse(std::string_view, const Bounds&);

std::string mended(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const auto first = static_cast<unsigned char>(text[0]);
        const std::size_t length = utf8_length(text);
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

}  // namespace md::json

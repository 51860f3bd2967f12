// SPDX-License-Identifier: Apache-2.0
#include "base/printable.hpp"

namespace md::base {
namespace {

// How many octets a UTF-8 sequence with this first octet has; 0 for none.
std::size_t sequence_length(unsigned char first) {
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first <= 0xdf)
        return 2;
    if (first >= 0xe0 && first <= 0xef)
        return 3;
    if (first >= 0xf0 && first <= 0xf4)
        return 4;
    return 0;
}

bool is_control(char32_t code) {
    return code < 0x20 || (code >= 0x7f && code < 0xa0) ||
           (code >= 0x200e && code <= 0x200f) ||  // direction marks
           (code >= 0x2028 && code <= 0x202e) ||  // line ends, embeddings
           (code >= 0x2066 && code <= 0x2069) ||  // isolates
           (code >= 0xd800 && code <= 0xdfff) || code == 0xfeff;
}

bool is_overlong(char32_t code, std::size_t length) {
    return (length == 3 && code < 0x800) || (length == 4 && (code < 0x10000 || code > 0x10ffff));
}

}  // namespace

std::size_t leading_printable(std::string_view text) {
    if (text.empty())
        return 0;
    auto first = static_cast<unsigned char>(text[0]);
    std::size_t length = sequence_length(first);
    if (length == 0 || length > text.size())
        return 0;
    char32_t code = length == 1 ? first : first & (0xffu >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        auto octet = static_cast<unsigned char>(text[i]);
        if ((octet & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (octet & 0x3fu);
    }
    return is_control(code) || is_overlong(code, length) ? 0 : length;
}

std::string printable(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        std::size_t length = leading_printable(text);
        if (length > 0)
            result += text.substr(0, length);
        else
            result += text[0] == '\n' || text[0] == '\r' || text[0] == '\t' ? ' ' : '?';
        text.remove_prefix(length > 0 ? length : 1);
    }
    return result;
}

}  // namespace md::base

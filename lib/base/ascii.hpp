// SPDX-License-Identifier: Apache-2.0
// Letters without their case: ASCII only, whatever the locale. Names of hosts, of header fields and
// of directives are compared so.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace md::base {

constexpr char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        c = lower(c);
    return result;
}

// The same but for case.
inline bool same_word(std::string_view one, std::string_view other) {
    return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                      [](char a, char b) { return lower(a) == lower(b); });
}

}  // namespace md::base

// SPDX-License-Identifier: Apache-2.0
// What the fuzz targets share: the input as text, and the word for a promise that was broken.
#pragma once

#include "base/printable.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace md::fuzz {

inline std::string_view text_of(const std::uint8_t* octets, std::size_t size) {
    return {reinterpret_cast<const char*>(octets), size};
}

// The first octet chooses, the rest is the input.
inline unsigned choose(std::string_view& text, unsigned choices) {
    if (text.empty())
        return 0;
    const auto first = static_cast<unsigned char>(text.front());
    text.remove_prefix(1);
    return first % choices;
}

inline void promise(bool kept, const char* what) {
    if (kept)
        return;
    std::fprintf(stderr, "broken promise: %s\n", what);
    std::abort();
}

// UTF-8 without a control character.
inline bool printable(std::string_view text) {
    while (!text.empty()) {
        std::size_t length = base::leading_printable(text);
        if (length == 0)
            return false;
        text.remove_prefix(length);
    }
    return true;
}

}  // namespace md::fuzz

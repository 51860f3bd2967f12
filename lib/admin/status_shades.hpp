// SPDX-License-Identifier: Apache-2.0
// How a terminal shows a state: ANSI colours.
#pragma once

#include <string>
#include <string_view>

namespace md::admin {

namespace shade {
inline constexpr std::string_view bold = "1", red = "31", green = "32", yellow = "33";
}

inline std::string_view shade_of(std::string_view state) {
    if (state == "valid")
        return shade::green;
    if (state == "failing" || state == "expired" || state == "stopped")
        return shade::red;
    return state == "not managed" ? std::string_view() : shade::yellow;
}

// The text as it is where there is no shade.
inline std::string painted(const std::string& text, std::string_view shade) {
    if (shade.empty() || text.empty())
        return text;
    return "\x1b[" + std::string(shade) + "m" + text + "\x1b[0m";
}

}  // namespace md::admin

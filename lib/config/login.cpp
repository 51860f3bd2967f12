// SPDX-License-Identifier: Apache-2.0
#include "config/login.hpp"

#include "config/spelling.hpp"

#include <algorithm>

namespace md::config {

// A password may hold blanks, slashes and more that belongs into no URL, so that all up to the last
// '@' is taken. "mailto:joe@example.org" logs in nowhere.
Login login_in(std::string_view line) {
    auto at = line.rfind('@');
    if (at == std::string_view::npos)
        return {};
    for (auto colon = line.find(':'); colon < at; colon = line.find(':', colon + 1)) {
        if (line.substr(colon).starts_with("://"))
            return {std::min(colon + 3, at), at};
        auto word = line.find_last_of(" \t\"'", colon) + 1;
        if (!same_word(line.substr(word, colon - word), "mailto"))
            return {word, at};
    }
    return {};
}

std::string without_login(std::string text) {
    Login login = login_in(text);
    std::fill(text.begin() + static_cast<std::ptrdiff_t>(login.begin),
              text.begin() + static_cast<std::ptrdiff_t>(login.end), '*');
    return text;
}

}  // namespace md::config

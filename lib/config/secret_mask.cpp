// SPDX-License-Identifier: Apache-2.0
#include "config/secret_mask.hpp"

#include "config/spelling.hpp"

#include <algorithm>

namespace md::config {
namespace {

// "KEY-ID HMAC" of MDExternalAccountBinding.
bool is_account_binding(std::string_view line, std::size_t word) {
    constexpr std::string_view name = "MDExternalAccount";
    return word != std::string_view::npos && same_word(line.substr(word, name.size()), name);
}

}  // namespace

// A password may hold blanks, slashes and more that belongs into no URL, so that all up to the last
// '@' is taken. "mailto:joe@example.org" logs in nowhere.
SecretSpan secret_in(std::string_view line) {
    constexpr const char* blanks = " \t\r\v\f";
    auto word = line.find_first_not_of(blanks);
    if (is_account_binding(line, word)) {
        auto name_end = std::min(line.find_first_of(blanks, word), line.size());
        return {std::min(line.find_first_not_of(blanks, name_end), line.size()), line.size()};
    }
    auto at = line.rfind('@');
    if (at == std::string_view::npos)
        return {};
    for (auto colon = line.find(':'); colon < at; colon = line.find(':', colon + 1)) {
        if (line.substr(colon).starts_with("://"))
            return {std::min(colon + 3, at), at};
        auto begin = line.find_last_of(" \t\"'", colon) + 1;
        if (!same_word(line.substr(begin, colon - begin), "mailto"))
            return {begin, at};
    }
    return {};
}

std::string mask_secret(std::string text) {
    SecretSpan login = secret_in(text);
    std::fill(text.begin() + static_cast<std::ptrdiff_t>(login.begin),
              text.begin() + static_cast<std::ptrdiff_t>(login.end), '*');
    return text;
}

}  // namespace md::config

// SPDX-License-Identifier: Apache-2.0
#include "import/assignments.hpp"

namespace md::import {
namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r";
    auto begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::string_view unquoted(std::string_view text) {
    bool quoted = text.size() >= 2 && text.front() == text.back() &&
                  (text.front() == '\'' || text.front() == '"');
    return quoted ? text.substr(1, text.size() - 2) : text;
}

}  // namespace

std::map<std::string, std::string> assignments(std::string_view text) {
    std::map<std::string, std::string> values;
    while (!text.empty()) {
        auto end = text.find('\n');
        std::string_view line = trimmed(text.substr(0, end));
        text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
        auto equals = line.find('=');
        if (line.starts_with('#') || line.starts_with('[') || equals == std::string_view::npos)
            continue;
        values[std::string(trimmed(line.substr(0, equals)))] =
            unquoted(trimmed(line.substr(equals + 1)));
    }
    return values;
}

std::string value_of(const std::map<std::string, std::string>& values, const std::string& key) {
    auto found = values.find(key);
    return found == values.end() ? std::string() : found->second;
}

}  // namespace md::import

// SPDX-License-Identifier: Apache-2.0
#include "config/command_line.hpp"

#include <algorithm>
#include <array>

namespace md::config {
namespace {

bool is_space(char c) {
    return c == ' ' || c == '\t';
}

bool is_quote(char c) {
    return c == '"' || c == '\'';
}

// Where the word that starts at i ends: at its quote, at a blank where there is none, or with the
// text. A backslash before a blank or a quote, and nowhere else, hides it.
std::size_t end_of_command_word(std::string_view text, std::size_t i, char quote) {
    for (; i < text.size(); ++i) {
        const bool hides = text[i] == '\\' && i + 1 < text.size() &&
                           (is_space(text[i + 1]) || is_quote(text[i + 1]));
        if (hides)
            ++i;
        else if (quote == '\0' ? is_space(text[i]) : text[i] == quote)
            return i;
    }
    return std::min(i, text.size());
}

// Of two backslashes the second stays, any other goes.
std::string without_escapes(std::string_view word) {
    std::string result;
    bool escaped = false;
    for (char c : word) {
        escaped = !escaped && c == '\\';
        if (!escaped)
            result += c;
    }
    return result;
}

bool is_shell(std::string_view program) {
    constexpr std::array<std::string_view, 6> shells = {"sh", "bash", "dash", "ksh", "zsh", "env"};
    const std::string_view name = program.substr(program.rfind('/') + 1);
    return std::find(shells.begin(), shells.end(), name) != shells.end();
}

bool has_shell_operator(std::string_view word) {
    constexpr std::array<std::string_view, 8> whole = {"&&", "||", "|", "&", ";", "<", ">", ">>"};
    if (std::find(whole.begin(), whole.end(), word) != whole.end())
        return true;
    // "2>&1", ">/dev/null", "reload;"; the variables and commands that a shell would replace.
    return word.find("$(") != std::string_view::npos || word.find('`') != std::string_view::npos ||
           word.starts_with('$') || word.starts_with('>') || word.starts_with("2>") ||
           word.starts_with("1>") || word.starts_with("&>") || word.ends_with(';') ||
           word.ends_with("&&");
}

}  // namespace

std::optional<std::vector<Argument>> split_command(const Line& line, std::size_t from,
                                                   Report& report) {
    std::vector<Argument> words;
    const std::string_view text = line.text();
    std::size_t i = from;
    while (true) {
        while (i < text.size() && is_blank(text[i]))
            ++i;
        if (i >= text.size())
            return words;
        const Position at = line.at(i);
        const char quote = is_quote(text[i]) ? text[i++] : '\0';
        const std::size_t end = end_of_command_word(text, i, quote);
        words.push_back({without_escapes(text.substr(i, end - i)), at});
        if (quote != '\0' && end >= text.size()) {
            report.error(at, "this quote is not closed",
                         std::string("add a ") + quote + " at the end of the argument");
            return std::nullopt;
        }
        i = end + 1;
    }
}

std::string as_command_word(const std::string& word) {
    const bool is_plain = !word.empty() && word.find_first_of("\"'\\ \t") == std::string::npos;
    return is_plain ? word : quoted_word(word);
}

const std::string* shell_operator(const std::vector<std::string>& command) {
    if (command.empty() || is_shell(command.front()))
        return nullptr;
    auto found = std::find_if(command.begin(), command.end(), has_shell_operator);
    return found == command.end() ? nullptr : &*found;
}

}  // namespace md::config

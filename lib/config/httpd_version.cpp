// SPDX-License-Identifier: Apache-2.0
#include "config/httpd_version.hpp"

#include "config/spelling.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <regex>

namespace md::config {
namespace {

using Numbers = std::array<unsigned, 3>;

// MAJOR[.MINOR[.PATCH]].
std::optional<Numbers> numbers(std::string_view text) {
    Numbers result{};
    for (unsigned& number : result) {
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc())
            return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        if (text.empty())
            return result;
        if (text.front() != '.')
            return std::nullopt;
        text.remove_prefix(1);
    }
    return std::nullopt;
}

// The expression is short, and what it is matched with as well: neither can take long.
model::Checked<bool> matches(std::string_view expression) {
    constexpr std::size_t longest = 200;
    const model::Mistake mistake{in_quotes(expression) + " is not a regular expression",
                                 "write one such as /^2\\.4\\./"};
    if (expression.size() > longest)
        return mistake;
    try {
        const std::string version(httpd_version);
        return std::regex_search(version, std::regex(std::string(expression)));
    } catch (const std::regex_error&) {
        return mistake;
    }
}

}  // namespace

model::Checked<bool> version_matches(std::string_view op, std::string_view version) {
    const std::string whole_op(op);
    const bool negated = op.size() > 1 && op.starts_with('!');
    if (negated)
        op.remove_prefix(1);
    const bool is_equality = op == "=" || op == "==";
    const bool in_slashes = version.starts_with('/');
    if (op == "~" || (is_equality && in_slashes)) {
        if (in_slashes && op != "~") {
            version.remove_prefix(1);
            if (!version.ends_with('/'))
                return model::Mistake{"a regular expression ends with '/'", "write /REGEX/"};
            version.remove_suffix(1);
        }
        const auto matched = matches(version);
        return matched ? model::Checked<bool>(*matched != negated) : matched;
    }
    const auto wanted = numbers(version);
    if (!wanted)
        return model::Mistake{in_quotes(version) + " is not a version",
                              "write MAJOR[.MINOR[.PATCH]], such as 2.4"};
    const Numbers own = numbers(httpd_version).value_or(Numbers{});
    if (is_equality)
        return (own == *wanted) != negated;
    if (op == "<")
        return (own < *wanted) != negated;
    if (op == "<=")
        return (own <= *wanted) != negated;
    if (op == ">")
        return (own > *wanted) != negated;
    if (op == ">=")
        return (own >= *wanted) != negated;
    return model::Mistake{in_quotes(whole_op) + " is no comparison",
                          "write one of = < <= > >= ~, with a '!' before it for the contrary"};
}

}  // namespace md::config

// SPDX-License-Identifier: Apache-2.0
#include "acme/preferred_chain.hpp"

#include "acme/error.hpp"
#include "base/ascii.hpp"

#include <algorithm>

namespace md::acme {
namespace {

constexpr std::string_view blanks = " \t";

// The parameters of a link: what stands behind its '>' up to the next ',' outside of quotes.
std::string_view link_parameters(std::string_view text) {
    bool is_quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        is_quoted ^= text[i] == '"';
        if (text[i] == ',' && !is_quoted)
            return text.substr(0, i);
    }
    return text;
}

std::string_view trimmed(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    return text.substr(0, text.find_last_not_of(blanks) + 1);
}

// A relation holds several words: rel="alternate index".
bool has_word(std::string_view words, std::string_view word) {
    while (!words.empty()) {
        const auto end = std::min(words.find(' '), words.size());
        if (base::lower(words.substr(0, end)) == word)
            return true;
        words.remove_prefix(std::min(end + 1, words.size()));
    }
    return false;
}

// The first "rel" counts (RFC 8288 §3.3).
bool is_alternate(std::string_view parameters) {
    while (!parameters.empty()) {
        const auto end = std::min(parameters.find(';'), parameters.size());
        const std::string_view one = trimmed(parameters.substr(0, end));
        const auto equals = std::min(one.find('='), one.size());
        parameters.remove_prefix(std::min(end + 1, parameters.size()));
        if (base::lower(trimmed(one.substr(0, equals))) != "rel" || equals == one.size())
            continue;
        std::string_view value = trimmed(one.substr(equals + 1));
        if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"'))
            value = value.substr(1, value.size() - 2);
        return has_word(value, "alternate");
    }
    return false;
}

void add_alternates(std::string_view field, UrlRule rule, std::vector<http::Url>& found) {
    while (found.size() < most_alternates) {
        const auto begin = field.find('<');
        const auto end = field.find('>', std::min(begin, field.size()));
        if (begin == std::string_view::npos || end == std::string_view::npos)
            return;
        const std::string_view target = field.substr(begin + 1, end - begin - 1);
        const std::string_view parameters = link_parameters(field.substr(end + 1));
        field.remove_prefix(end + 1 + parameters.size());
        if (!is_alternate(parameters))
            continue;
        try {
            found.push_back(parse_url(target, rule, "a link to another chain"));
        } catch (const AcmeError&) {
            // The chain that came with it is as good.
        }
    }
}

}  // namespace

std::vector<http::Url> alternates_of(const std::vector<std::string>& link_fields,
                                     const http::Url& from, UrlRule rule) {
    std::vector<http::Url> found;
    for (const std::string& field : link_fields)
        add_alternates(field, rule.within(from), found);
    return found;
}

bool leads_to(const std::vector<crypto::Certificate>& chain, std::string_view issuer) {
    return !chain.empty() && base::lower(chain.back().issuer_common_name()) == base::lower(issuer);
}

}  // namespace md::acme

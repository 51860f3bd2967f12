// SPDX-License-Identifier: Apache-2.0
#include "config/name_index.hpp"

#include <algorithm>
#include <set>

namespace md::config {
namespace {

std::string reverse(std::string_view text) {
    return {text.rbegin(), text.rend()};
}

// Both backwards or both forwards; `*` and `?` are the only special characters.
bool glob_matches(std::string_view pattern, std::string_view text) {
    std::size_t p = 0, t = 0;
    std::size_t star = std::string_view::npos, retry = 0;
    while (t < text.size()) {
        if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
            ++p;
            ++t;
        } else if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            retry = t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++retry;
        } else {
            return false;
        }
    }
    return std::all_of(pattern.begin() + static_cast<std::ptrdiff_t>(std::min(p, pattern.size())),
                       pattern.end(), [](char c) { return c == '*'; });
}

}  // namespace

const NameIndex::Owner* NameIndex::add(const model::Identifier& name, std::size_t domain,
                                       const Position& at) {
    auto [place, is_new] = owners_.try_emplace(name.text(), Owner{domain, at});
    if (is_new)
        reversed_.clear();
    has_wildcards_ = has_wildcards_ || name.is_wildcard();
    return is_new ? nullptr : &place->second;
}

const NameIndex::Owner* NameIndex::exact(std::string_view name) const {
    auto found = owners_.find(std::string(name));
    return found == owners_.end() ? nullptr : &found->second;
}

const NameIndex::Owner* NameIndex::wildcard_over(std::string_view name) const {
    auto dot = name.find('.');
    if (!has_wildcards_ || dot == std::string_view::npos || name.starts_with("*."))
        return nullptr;
    return exact("*" + std::string(name.substr(dot)));
}

const NameIndex::Owner* NameIndex::owner(std::string_view name) const {
    const Owner* found = exact(name);
    return found != nullptr ? found : wildcard_over(name);
}

std::vector<std::pair<std::size_t, std::string>> NameIndex::matching(
    std::string_view pattern) const {
    if (reversed_.empty()) {
        for (const auto& [name, owner] : owners_)
            if (!name.starts_with("*."))
                reversed_.push_back({reverse(name), owner.domain});
        std::sort(reversed_.begin(), reversed_.end(),
                  [](const Reversed& one, const Reversed& other) { return one.name < other.name; });
    }
    std::string backwards = reverse(pattern);
    std::string end = backwards.substr(0, backwards.find_first_of("*?"));
    auto first = std::lower_bound(
        reversed_.begin(), reversed_.end(), end,
        [](const Reversed& entry, const std::string& text) { return entry.name < text; });
    std::vector<std::pair<std::size_t, std::string>> result;
    std::set<std::size_t> seen;
    for (auto entry = first; entry != reversed_.end() && entry->name.starts_with(end); ++entry)
        if (!seen.contains(entry->domain) && glob_matches(backwards, entry->name)) {
            seen.insert(entry->domain);
            result.emplace_back(entry->domain, reverse(entry->name));
        }
    return result;
}

}  // namespace md::config

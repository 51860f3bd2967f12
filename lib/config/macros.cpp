// SPDX-License-Identifier: Apache-2.0
#include "config/macros.hpp"

#include "config/spelling.hpp"

#include <algorithm>
#include <optional>

namespace md::config {
namespace {

// The longest parameter that the text starts with.
std::optional<std::size_t> parameter_at(std::string_view text, const Macro& macro) {
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < macro.parameters.size(); ++i) {
        const std::string& parameter = macro.parameters[i];
        const bool longer = !found || parameter.size() > macro.parameters[*found].size();
        if (longer && text.starts_with(parameter))
            found = i;
    }
    return found;
}

}  // namespace

void Macros::define(Macro macro) {
    std::string key = lower(macro.name);
    by_name_.insert_or_assign(std::move(key), std::move(macro));
}

const Macro* Macros::find(std::string_view name) const {
    auto found = by_name_.find(lower(name));
    return found == by_name_.end() ? nullptr : &found->second;
}

bool Macros::undefine(std::string_view name) {
    return by_name_.erase(lower(name)) > 0;
}

std::string expanded(const Macro& macro, const std::vector<Argument>& words) {
    std::string result;
    result.reserve(macro.text.size());
    const std::string_view text = macro.text;
    std::string first_letters;
    for (const std::string& parameter : macro.parameters)
        first_letters += parameter.front();
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t next = std::min(text.find_first_of(first_letters, i), text.size());
        result += text.substr(i, next - i);
        i = next;
        if (i >= text.size())
            break;
        const auto parameter = parameter_at(text.substr(i), macro);
        if (!parameter) {
            result += text[i++];
            continue;
        }
        const std::string& word = words[*parameter].text;
        result += macro.parameters[*parameter].starts_with('@') ? quoted_word(word) : word;
        i += macro.parameters[*parameter].size();
    }
    return result;
}

}  // namespace md::config

// SPDX-License-Identifier: Apache-2.0
#include "http/message.hpp"

#include "base/ascii.hpp"

namespace md::http {
std::optional<std::string_view> Headers::find(std::string_view name) const {
    for (const auto& [field, value] : fields_)
        if (base::same_word(field, name))
            return value;
    return std::nullopt;
}

std::vector<std::string_view> Headers::all(std::string_view name) const {
    std::vector<std::string_view> values;
    for (const auto& [field, value] : fields_)
        if (base::same_word(field, name))
            values.push_back(value);
    return values;
}

}  // namespace md::http

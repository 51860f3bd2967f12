// SPDX-License-Identifier: Apache-2.0
#include "admin/status_member.hpp"

#include "base/printable.hpp"
#include "base/time_text.hpp"

#include <nlohmann/json.hpp>

namespace md::admin {

using nlohmann::json;
using std::chrono::sys_seconds;

const json& member(const json& object, const char* key) {
    static const json nothing;
    if (!object.is_object())
        return nothing;
    auto found = object.find(key);
    return found == object.end() ? nothing : *found;
}

std::string text_of(const json& object, const char* key) {
    const json& value = member(object, key);
    return value.is_string() ? base::printable(value.get_ref<const std::string&>()) : "";
}

std::optional<sys_seconds> time_of(const json& object, const char* key) {
    return base::parse_http_date(text_of(object, key));
}

unsigned long long count_of(const json& object, const char* key) {
    const json& value = member(object, key);
    return value.is_number_unsigned() ? value.get<unsigned long long>() : 0;
}

std::string joined(const json& list, std::size_t first) {
    std::string text;
    for (std::size_t i = first; list.is_array() && i < list.size(); ++i)
        if (list[i].is_string())
            text +=
                (text.empty() ? "" : ", ") + base::printable(list[i].get_ref<const std::string&>());
    return text;
}

}  // namespace md::admin

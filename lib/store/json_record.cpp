// SPDX-License-Identifier: Apache-2.0
#include "store/json_record.hpp"

#include "base/time_text.hpp"

#include <utility>

namespace md::store {

Parsed<Json> parse_object(std::string_view text) {
    auto json = md::json::parse<Json>(text, {});
    if (!json)
        return Damage{json.error().why};
    if (!json->is_object())
        return Damage{"it is not a JSON object"};
    return Parsed<Json>(boost::system::in_place_value, std::move(*json));
}

std::string json_text(const Json& object) {
    return object.dump(2, ' ', false, Json::error_handler_t::replace);
}

void put(Json& object, const char* key, const std::string& text) {
    if (!text.empty())
        object[key] = text;
}

void put(Json& object, const char* key, const std::vector<std::string>& texts) {
    if (!texts.empty())
        object[key] = texts;
}

void put(Json& object, const char* key, const std::vector<model::sys_seconds>& dates) {
    for (model::sys_seconds date : dates)
        object[key].push_back(base::http_date(date));
}

void put_digest(Json& object, const char* key, std::uint64_t digest) {
    if (digest != 0)
        object[key] = std::to_string(digest);
}

void put(Json& object, const char* key, const std::optional<model::sys_seconds>& date) {
    if (date)
        object[key] = base::http_date(*date);
}

}  // namespace md::store

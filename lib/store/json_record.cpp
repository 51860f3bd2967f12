// SPDX-License-Identifier: Apache-2.0
#include "store/json_record.hpp"

#include "base/time_text.hpp"

#include <charconv>
#include <limits>

namespace md::store {
namespace {

constexpr std::size_t most_octets = 1024 * 1024;
constexpr int most_levels = 32;

// Counted before parsing, so that no stranger's brackets become memory.
bool too_deep(std::string_view text) {
    int level = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (quoted && c == '\\')
            ++i;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '{' || c == '[') && ++level > most_levels)
            return true;
        else if (!quoted && (c == '}' || c == ']'))
            --level;
    }
    return false;
}

}  // namespace

Parsed<Json> parse_object(std::string_view text) {
    if (text.size() > most_octets)
        return Damage{"it is larger than 1 MiB"};
    if (too_deep(text))
        return Damage{"it is nested too deeply"};
    Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded())
        return Damage{text.empty() ? "it is empty" : "it is not JSON"};
    if (!json.is_object())
        return Damage{"it is not a JSON object"};
    return Parsed<Json>(boost::system::in_place_value, std::move(json));
}

std::string json_text(const Json& object) {
    return object.dump(2, ' ', false, Json::error_handler_t::replace);
}

const Json* Members::find(const char* key) const {
    auto found = object_.find(key);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
}

void Members::wrong(std::string_view key, std::string_view why) const {
    if (damage_.why.empty())
        ((damage_.why = "'") += key).append("' ").append(why);
}

std::string Members::text(const char* key) const {
    const Json* member = find(key);
    if (member == nullptr)
        return {};
    if (member->is_string())
        return member->get<std::string>();
    wrong(key, "is not a text");
    return {};
}

std::vector<std::string> Members::texts(const char* key) const {
    const Json* member = find(key);
    std::vector<std::string> result;
    if (member == nullptr)
        return result;
    if (!member->is_array()) {
        wrong(key, "is not a list");
        return result;
    }
    for (const Json& element : *member) {
        if (element.is_string())
            result.push_back(element.get<std::string>());
        else
            wrong(key, "has an element that is not a text");
    }
    return result;
}

std::optional<bool> Members::optional_flag(const char* key) const {
    const Json* member = find(key);
    if (member == nullptr)
        return std::nullopt;
    if (member->is_boolean())
        return member->get<bool>();
    wrong(key, "is neither true nor false");
    return std::nullopt;
}

bool Members::flag(const char* key) const {
    return optional_flag(key).value_or(false);
}

std::optional<long long> Members::number(const char* key) const {
    const Json* member = find(key);
    if (member == nullptr)
        return std::nullopt;
    constexpr auto most = static_cast<unsigned long long>(std::numeric_limits<long long>::max());
    bool fits = !member->is_number_unsigned() || member->get<unsigned long long>() <= most;
    if (member->is_number_integer() && fits)
        return member->get<long long>();
    wrong(key, "is not an integer");
    return std::nullopt;
}

unsigned Members::count(const char* key) const {
    long long value = number(key).value_or(0);
    if (value >= 0 && value <= std::numeric_limits<unsigned>::max())
        return static_cast<unsigned>(value);
    wrong(key, "is out of range");
    return 0;
}

// A text: JSON's own numbers are not for 64 bits everywhere.
std::uint64_t Members::digest(const char* key) const {
    std::string written = text(key);
    std::uint64_t digest = 0;
    auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), digest);
    return error == std::errc() && end == written.data() + written.size() ? digest : 0;
}

std::optional<model::sys_seconds> Members::date(const char* key) const {
    std::string written = text(key);
    if (written.empty())
        return std::nullopt;
    auto date = base::parse_http_date(written);
    if (!date)
        wrong(key, "is not a date");
    return date;
}

std::vector<model::sys_seconds> Members::dates(const char* key) const {
    std::vector<model::sys_seconds> dates;
    for (const std::string& written : texts(key))
        if (auto date = base::parse_http_date(written))
            dates.push_back(*date);
    return dates;
}

Members Members::object(const char* key) const {
    static const Json nothing = Json::object();
    const Json* member = find(key);
    if (member == nullptr)
        return {nothing, damage_};
    if (member->is_object())
        return {*member, damage_};
    wrong(key, "is not an object");
    return {nothing, damage_};
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

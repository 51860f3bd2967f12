// SPDX-License-Identifier: Apache-2.0
#include "json/members.hpp"

#include "base/printable.hpp"
#include "base/time_text.hpp"

#include <nlohmann/json.hpp>

#include <charconv>
#include <limits>

namespace md::json {
namespace {

template <typename Json>
const Json& nothing() {
    static const Json object = Json::object();
    return object;
}

}  // namespace

template <typename Json>
BasicMembers<Json> BasicMembers<Json>::printable(const Json& value) {
    BasicMembers members(value);
    members.is_printable_ = true;
    return members;
}

template <typename Json>
BasicMembers<Json> BasicMembers<Json>::within(const Json& value) const {
    BasicMembers members(value, wrong_);
    members.is_printable_ = is_printable_;
    return members;
}

template <typename Json>
std::string BasicMembers<Json>::shown(const Json& text) const {
    const std::string& as_written = text.template get_ref<const std::string&>();
    return is_printable_ ? base::printable(as_written) : as_written;
}

template <typename Json>
bool BasicMembers<Json>::is_object() const {
    return value_->is_object();
}

template <typename Json>
const Json* BasicMembers<Json>::find(const char* key) const {
    if (!value_->is_object())
        return nullptr;
    auto found = value_->find(key);
    return found == value_->end() || found->is_null() ? nullptr : &*found;
}

template <typename Json>
bool BasicMembers<Json>::has_object(const char* key) const {
    const Json* member = find(key);
    return member != nullptr && member->is_object();
}

template <typename Json>
bool BasicMembers<Json>::has_list(const char* key) const {
    const Json* member = find(key);
    return member != nullptr && member->is_array();
}

template <typename Json>
void BasicMembers<Json>::wrong(std::string_view key, std::string_view why) const {
    if (wrong_ != nullptr && wrong_->empty())
        ((*wrong_ = "'") += key).append("' ").append(why);
}

template <typename Json>
std::string BasicMembers<Json>::text(const char* key) const {
    const Json* member = find(key);
    if (member == nullptr)
        return {};
    if (member->is_string())
        return shown(*member);
    wrong(key, "is not a text");
    return {};
}

template <typename Json>
std::optional<bool> BasicMembers<Json>::optional_flag(const char* key) const {
    const Json* member = find(key);
    if (member == nullptr)
        return std::nullopt;
    if (member->is_boolean())
        return member->template get<bool>();
    wrong(key, "is neither true nor false");
    return std::nullopt;
}

template <typename Json>
std::optional<long long> BasicMembers<Json>::number(const char* key) const {
    const Json* member = find(key);
    if (member == nullptr)
        return std::nullopt;
    constexpr auto most = static_cast<unsigned long long>(std::numeric_limits<long long>::max());
    const bool fits =
        !member->is_number_unsigned() || member->template get<unsigned long long>() <= most;
    if (member->is_number_integer() && fits)
        return member->template get<long long>();
    wrong(key, "is not an integer");
    return std::nullopt;
}

template <typename Json>
unsigned BasicMembers<Json>::count(const char* key) const {
    const long long value = number(key).value_or(0);
    if (value >= 0 && value <= std::numeric_limits<unsigned>::max())
        return static_cast<unsigned>(value);
    wrong(key, "is out of range");
    return 0;
}

template <typename Json>
std::uint64_t BasicMembers<Json>::digest(const char* key) const {
    const std::string written = text(key);
    const char* end = written.data() + written.size();
    std::uint64_t digest = 0;
    auto [rest, error] = std::from_chars(written.data(), end, digest);
    return error == std::errc() && rest == end ? digest : 0;
}

template <typename Json>
std::optional<std::chrono::sys_seconds> BasicMembers<Json>::date(const char* key) const {
    const std::string written = text(key);
    if (written.empty())
        return std::nullopt;
    auto date = base::parse_http_date(written);
    if (!date)
        wrong(key, "is not a date");
    return date;
}

template <typename Json>
std::vector<std::chrono::sys_seconds> BasicMembers<Json>::dates(const char* key) const {
    std::vector<std::chrono::sys_seconds> dates;
    for (const std::string& written : texts(key))
        if (auto date = base::parse_http_date(written))
            dates.push_back(*date);
    return dates;
}

template <typename Json>
std::vector<std::string> BasicMembers<Json>::texts(const char* key) const {
    const Json* member = find(key);
    std::vector<std::string> result;
    if (member == nullptr)
        return result;
    if (!member->is_array())
        wrong(key, "is not a list");
    else
        for (const Json& element : *member)
            if (element.is_string())
                result.push_back(shown(element));
            else
                wrong(key, "has an element that is not a text");
    return result;
}

template <typename Json>
BasicMembers<Json> BasicMembers<Json>::object(const char* key) const {
    const Json* member = find(key);
    if (member != nullptr && member->is_object())
        return within(*member);
    if (member != nullptr)
        wrong(key, "is not an object");
    return within(nothing<Json>());
}

template <typename Json>
std::vector<BasicMembers<Json>> BasicMembers<Json>::list(const char* key) const {
    const Json* member = find(key);
    std::vector<BasicMembers> elements;
    if (member == nullptr)
        return elements;
    if (!member->is_array())
        wrong(key, "is not a list");
    else
        for (const Json& element : *member)
            elements.push_back(within(element));
    return elements;
}

template <typename Json>
std::vector<std::pair<std::string, BasicMembers<Json>>> BasicMembers<Json>::all() const {
    std::vector<std::pair<std::string, BasicMembers>> members;
    if (value_->is_object())
        for (const auto& [name, value] : value_->items())
            members.emplace_back(is_printable_ ? base::printable(name) : name, within(value));
    return members;
}

template class BasicMembers<Value>;
template class BasicMembers<OrderedValue>;

}  // namespace md::json

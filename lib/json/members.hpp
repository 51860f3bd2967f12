// SPDX-License-Identifier: Apache-2.0
// The one reader of JSON: the members of an object, by name. What is absent, null or of another
// type reads as nothing, and of what is no object every member is absent; where it matters, the
// first one of a wrong type is told. It refers to the value it reads.
#pragma once

#include "json/parse.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace md::json {

template <typename Json>
class BasicMembers {
public:
    // `wrong`: where the first fault is written, "'errors' is not an integer".
    explicit BasicMembers(const Json& value, std::string* wrong = nullptr)
        : value_(&value), wrong_(wrong) {}
    // The same for what people see: control characters in texts are masked.
    static BasicMembers printable(const Json& value);

    bool is_object() const;
    // The member as it is; nullptr when it is absent or null.
    const Json* find(const char* key) const;
    bool has(const char* key) const { return find(key) != nullptr; }
    bool has_object(const char* key) const;
    bool has_list(const char* key) const;

    std::string text(const char* key) const;
    bool flag(const char* key) const { return optional_flag(key).value_or(false); }
    std::optional<bool> optional_flag(const char* key) const;
    std::optional<long long> number(const char* key) const;
    // A count: 0 to 4294967295.
    unsigned count(const char* key) const;
    // 64 bits as a text: JSON's own numbers are not that large everywhere.
    std::uint64_t digest(const char* key) const;
    std::optional<std::chrono::sys_seconds> date(const char* key) const;  // as in HTTP
    // Those of a list that are dates.
    std::vector<std::chrono::sys_seconds> dates(const char* key) const;

    // The texts of a list; what is none is left out.
    std::vector<std::string> texts(const char* key) const;
    BasicMembers object(const char* key) const;
    // The elements of a list, whatever they are; none where it is no list.
    std::vector<BasicMembers> list(const char* key) const;
    // The members of this object, with their names.
    std::vector<std::pair<std::string, BasicMembers>> all() const;

    // Notes a fault, for what only the caller knows to be one.
    void wrong(std::string_view key, std::string_view why) const;

private:
    BasicMembers within(const Json& value) const;
    std::string shown(const Json& text) const;

    const Json* value_;
    std::string* wrong_;
    bool is_printable_ = false;
};

extern template class BasicMembers<Value>;
extern template class BasicMembers<OrderedValue>;

using Members = BasicMembers<Value>;
using OrderedMembers = BasicMembers<OrderedValue>;

}  // namespace md::json

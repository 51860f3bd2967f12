// SPDX-License-Identifier: Apache-2.0
// What the records share: JSON read within bounds and without exceptions, and written in the form
// of mod_md's store. Pure, and only for lib/store.
#pragma once

#include "store/records.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace md::store {

using Json = nlohmann::ordered_json;  // members keep their order

// An object of at most 1 MiB and 32 levels, or why it is none.
Parsed<Json> parse_object(std::string_view text);
// 2-space indent; octets that are not UTF-8 are replaced.
std::string json_text(const Json& object);

// Reads the members of an object one by one. A missing member (or null) reads as the default; the
// first of a wrong type is remembered as the damage of the whole record.
class Members {
public:
    Members(const Json& object, Damage& damage) : object_(object), damage_(damage) {}

    std::string text(const char* key) const;
    std::vector<std::string> texts(const char* key) const;
    bool flag(const char* key) const;
    std::optional<bool> optional_flag(const char* key) const;
    std::optional<long long> number(const char* key) const;
    // A count: 0 to 4294967295.
    unsigned count(const char* key) const;
    // Of 64 bits, as put_digest() writes it; 0 where there is none.
    std::uint64_t digest(const char* key) const;
    std::optional<model::sys_seconds> date(const char* key) const;
    // Those of a list that are dates.
    std::vector<model::sys_seconds> dates(const char* key) const;
    // A member that is itself an object; absent reads as an empty one.
    Members object(const char* key) const;
    // The member as it is, or nullptr.
    const Json* find(const char* key) const;

    void wrong(std::string_view key, std::string_view why) const;

private:
    const Json& object_;
    Damage& damage_;
};

// A job within another record, without its log.
Parsed<model::Job> job_of(const Json& json);
Json job_json(const model::Job& job);

// Adds a member unless it is empty.
void put(Json& object, const char* key, const std::string& text);
void put(Json& object, const char* key, const std::vector<std::string>& texts);
void put(Json& object, const char* key, const std::vector<model::sys_seconds>& dates);
void put_digest(Json& object, const char* key, std::uint64_t digest);
void put(Json& object, const char* key, const std::optional<model::sys_seconds>& date);

}  // namespace md::store

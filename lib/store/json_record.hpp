// SPDX-License-Identifier: Apache-2.0
// What the records share: an object read, and JSON written in the form of mod_md's store. Pure, and
// only for lib/store.
#pragma once

#include "json/members.hpp"
#include "store/records.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace md::store {

using Json = md::json::OrderedValue;

// An object of at most 1 MiB and 32 levels, or why it is none.
Parsed<Json> parse_object(std::string_view text);
// 2-space indent; octets that are not UTF-8 are replaced.
std::string json_text(const Json& object);

// What is missing reads as the default; `Members(json, &damage.why)` notes what is of a wrong type.
using Members = md::json::OrderedMembers;

// A job within another record, without its log.
Parsed<StagedJob> staged_job_of(const Json& json);
Parsed<LiveJob> live_job_of(const Json& json);
Json job_json(const std::string& name, const StagedJob& job);
Json job_json(const std::string& name, const LiveJob& job);

// Adds a member unless it is empty.
void put(Json& object, const char* key, const std::string& text);
void put(Json& object, const char* key, const std::vector<std::string>& texts);
void put(Json& object, const char* key, const std::vector<model::sys_seconds>& dates);
void put_digest(Json& object, const char* key, std::uint64_t digest);
void put(Json& object, const char* key, const std::optional<model::sys_seconds>& date);

}  // namespace md::store

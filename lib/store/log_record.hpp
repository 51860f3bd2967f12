// SPDX-License-Identifier: Apache-2.0
// The log within job.json. It is for people: what a version of ours before this kept in it alone is
// found there once, as the record is read. Pure, and only for lib/store.
#pragma once

#include "model/log_entry.hpp"
#include "store/json_record.hpp"

#include <string_view>

namespace md::store {

inline constexpr std::size_t most_in_log = 128;  // what is older is dropped

// Tolerant: it decides nothing, and what it lacks a person sees.
model::Log log_of(const Json& job);

// The member "log": the news before what stands in the former record (null: there is none).
Json log_json(const News& news, const Json& former);

// Fills the members that stand in the log alone.
void recall_from_log(StagedJob& job, const Members& ours, const model::Log& log);
void recall_from_log(LiveJob& job, const Members& ours, const model::Log& log);

}  // namespace md::store

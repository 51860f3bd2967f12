// SPDX-License-Identifier: Apache-2.0
// What happened to a managed domain: the logs of its jobs as data and as text. Pure. No text of a
// stranger gets in with control characters.
#pragma once

#include "model/log_entry.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace md::admin {

// What the store has of it.
struct History {
    model::Log live;      // how the live set came about, and what became of it
    model::Log attempts;  // those that go on
};

// All of it, oldest first.
std::vector<model::LogEntry> history_of(const History& history);

// As it is told: without control characters but for the lines of what a hook has printed.
model::LogEntry printable_entry(const model::LogEntry& entry);

// JSON: [{"when" (HTTP date), "type", "status", "detail"}, ...], absent where empty.
nlohmann::json history_json(const std::vector<model::LogEntry>& history);

// "2026-06-01 12:00:00 UTC  attempt failed: ...", a line each, below the name.
std::string history_text(const std::string& name, const std::vector<model::LogEntry>& history);

}  // namespace md::admin

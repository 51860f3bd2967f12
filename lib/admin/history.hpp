// SPDX-License-Identifier: Apache-2.0
// What happened to a managed domain: the logs of its jobs as data and as text. Pure. No text of a
// stranger gets in with control characters.
#pragma once

#include "model/observed_state.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace md::admin {

// The entries of both jobs, oldest first: how the live set came about, then the attempts since.
std::vector<model::LogEntry> history_of(const model::ObservedDomain& held);

// JSON: [{"when" (HTTP date), "type", "status", "detail"}, ...], absent where empty.
nlohmann::json history_json(const std::vector<model::LogEntry>& history);

// "2026-06-01 12:00:00 UTC  attempt failed: ...", a line each, below the name.
std::string history_text(const std::string& name, const std::vector<model::LogEntry>& history);

}  // namespace md::admin

// SPDX-License-Identifier: Apache-2.0
// The status of every managed domain as data, as JSON and as text made for reading. Pure.
#pragma once

#include "model/desired_state.hpp"
#include "model/observed_state.hpp"
#include "schedule/plan.hpp"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace md::admin {

using std::chrono::sys_seconds;

// JSON: {"version", "managed-domains":[{...}], ...}: mod_md's md-status keys (reference part 2.15)
// plus ours ("state", "next-action":{"at","rule","reason"}, "last-problem":{...}). Names select;
// none = all.
nlohmann::json status_json(const model::DesiredState& desired, const model::ObservedState& observed,
                           sys_seconds now, const std::vector<std::string>& names);

// For people. `colour` adds ANSI. What stands in the JSON and concerns a person stands here too.
std::string status_text(const nlohmann::json& status, sys_seconds now, bool colour);

}  // namespace md::admin

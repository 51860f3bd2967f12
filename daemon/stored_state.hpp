// SPDX-License-Identifier: Apache-2.0
// What the store holds, read by a command: no daemon is asked, nothing is changed.
#pragma once

#include "admin/history.hpp"
#include "base/task.hpp"
#include "model/desired_state.hpp"
#include "model/observed_state.hpp"
#include "store/store.hpp"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <string>

namespace md {

// What the store holds of managed domains that are configured no more: [{"name", "until"}].
base::Task<nlohmann::json> unused_json(store::Store& store, const model::DesiredState& desired);
nlohmann::json unused_json(const model::DesiredState& desired);

// Empty where there is no store yet. Throws base::Error when it cannot be read.
model::ObservedState stored_state(const model::DesiredState& desired);

// What happened to each of them, by name.
using Histories = std::map<std::string, admin::History>;
Histories stored_histories(const model::DesiredState& desired);

}  // namespace md

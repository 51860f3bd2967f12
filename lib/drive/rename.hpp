// SPDX-License-Identifier: Apache-2.0
// An MD whose first name changed keeps its certificate: the stored MD follows it by its names
// (mod_md's md_reg_sync_start, reference part 2.3).
#pragma once

#include "model/desired_state.hpp"
#include "store/store.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace md::drive {

using std::chrono::sys_seconds;

// The stored MD that a new one takes over: one whose names contain all of the new one's, else the
// one with most names in common. Pure. nullopt: none has any.
std::optional<std::string> successor_of(
    const model::ManagedDomain& wanted,
    const std::map<std::string, std::vector<std::string>>& unclaimed);

// Renames in the store what is to be taken over, and names who took something over. What stands in
// `busy` is still being worked on: it stays, and inherits nothing. What cannot be renamed is
// logged. The former name goes on leading there, and MDNotifyCmd is owed a call.
base::Task<std::set<std::string>> rename_in_store(store::Store& store,
                                                  const model::DesiredState& desired,
                                                  sys_seconds now,
                                                  const std::set<std::string>& busy = {});

}  // namespace md::drive

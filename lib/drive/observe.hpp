// SPDX-License-Identifier: Apache-2.0
// Reads what the store holds of the managed domains: the observed state. Damage is contained: what
// cannot be read makes its own MD incomplete and says so.
#pragma once

#include "model/desired_state.hpp"
#include "model/observed_state.hpp"
#include "store/store.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace md::drive {

// What an ObservedDomain tells of places that were given up.
base::Task<std::string> former_files(store::Store& store, std::string name);

// The facts of one MD's live set and its job records.
base::Task<model::ObservedDomain> observe_domain(store::Store& store,
                                                 const model::ManagedDomain& wanted);

using Wanted = std::vector<const model::ManagedDomain*>;
Wanted all_of(const model::DesiredState& desired);

struct Observation {
    model::ObservedState state;
    std::size_t read = 0;  // of how many MDs the files were read
};

// So few MDs are read sooner than an index.
inline constexpr std::size_t few = 50;

// Of the MDs whose files are what they were when they were read last, as `known` says or, where
// that is empty, the index, only that much is looked at; the others are read.
base::Task<Observation> look(store::Store& store, Wanted wanted, const model::ObservedState& known);
// Of the MDs whose files are others than those that `known` was read from: what they hold now.
struct Seen {
    const model::ManagedDomain* domain;
    model::ObservedDomain held;
};
base::Task<std::vector<Seen>> changed_since(store::Store& store, Wanted wanted,
                                            const model::ObservedState& known);

// Remembers what was read for the next start.
base::Task<void> write_index(store::Store& store, const model::ObservedState& state);

// All of it, as the settings have it now.
base::Task<model::ObservedState> observe(store::Store& store, const model::DesiredState& desired,
                                         std::chrono::sys_seconds now);

}  // namespace md::drive

// SPDX-License-Identifier: Apache-2.0
// Reads what the store holds of the managed domains: the observed state. Damage is contained: what
// cannot be read makes its own MD incomplete and says so.
#pragma once

#include "model/desired_state.hpp"
#include "model/observed_state.hpp"
#include "store/store.hpp"

namespace md::drive {

// The facts of one MD's live set and its job records.
base::Task<model::ObservedDomain> observe_domain(store::Store& store,
                                                 const model::ManagedDomain& wanted);

base::Task<model::ObservedState> observe(store::Store& store, const model::DesiredState& desired);

}  // namespace md::drive

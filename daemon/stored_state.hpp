// SPDX-License-Identifier: Apache-2.0
// What the store holds, read by a command: no daemon is asked, nothing is changed.
#pragma once

#include "model/desired_state.hpp"
#include "model/observed_state.hpp"

namespace md {

// Empty where there is no store yet. Throws base::Error when it cannot be read.
model::ObservedState stored_state(const model::DesiredState& desired);

}  // namespace md

// SPDX-License-Identifier: Apache-2.0
// Names that a certificate in the store has and the configuration has no more: the next renewal
// would leave them out, which is seldom meant.
#pragma once

#include "config/config.hpp"
#include "model/observed_state.hpp"

#include <vector>

namespace md::commands {

// A warning for each MD with such names, at its line.
std::vector<config::Diagnostic> names_left_out(const model::DesiredState& desired,
                                               const model::ObservedState& observed);

}  // namespace md::commands

// SPDX-License-Identifier: Apache-2.0
// Names that no public CA certifies, since they are not unique in the world (CA/Browser Forum
// Baseline Requirements §4.2.2) or no host name. A CA of one's own may.
#pragma once

#include "model/identifier.hpp"

#include <string>

namespace md::config {

// "is a name without a dot", "has an underscore", "ends in .local"; "" for a public name.
std::string why_private(const model::Identifier& name);

}  // namespace md::config

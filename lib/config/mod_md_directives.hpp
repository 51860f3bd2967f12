// SPDX-License-Identifier: Apache-2.0
// The directives of mod_md that mdcertd does not honour: rows as those of the schema, so that a
// file of mod_md's is read as it is. A value that asks for nothing passes; one that is of no
// consequence for certificates is passed over with a warning that says why; one that asks for what
// mdcertd cannot do stops its MD.
#pragma once

#include "config/schema.hpp"

#include <span>

namespace md::config {

std::span<const DirectiveSpec> mod_md_directives();

}  // namespace md::config

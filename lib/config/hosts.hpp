// SPDX-License-Identifier: Apache-2.0
// The virtual hosts of a web server beside the managed domains: they put MDs to use, their names
// join an MD in mode auto, and their ServerAdmin is its contact when it has no other.
#pragma once

#include "config/config.hpp"
#include "config/document.hpp"
#include "config/name_index.hpp"

namespace md::config {

// Completes the domains of `loaded`; `names` has all their names and gets those that join.
void join_hosts(const Document& document, const Sources& sources, NameIndex& names, Loaded& loaded,
                Report& report);

}  // namespace md::config

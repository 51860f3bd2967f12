// SPDX-License-Identifier: Apache-2.0
// Puts what was decided into the store, as if mdcertd had made it: accounts first, then each
// managed domain's set at once or not at all.
#pragma once

#include "base/task.hpp"
#include "import/decide.hpp"
#include "store/store.hpp"

#include <map>
#include <set>
#include <string>

namespace md::import {

base::Task<std::set<std::string>> certified_domains(store::Store& store);
// The CAs of the accounts that could be used, and whether the CA knows them yet.
base::Task<std::map<std::string, bool>> account_authorities(store::Store& store);

// The holder of the store's lease alone. `origin` tells the jobs where it came from. Throws
// base::Error when the store does not take it; what is in it by then is whole.
base::Task<void> install(store::Store& store, const Decision& decision, std::string origin,
                         sys_seconds now);

}  // namespace md::import

// SPDX-License-Identifier: Apache-2.0
// A daemon that starts while a command (renew, once, import) works on its store waits for that to
// end, and says so.
#pragma once

#include "base/clock.hpp"
#include "base/task.hpp"
#include "supervisor.hpp"

#include <string>

namespace md {

// Resumes when nobody has the store's lease. Throws store::LeaseHeld when another daemon has it.
base::Task<void> store_free(std::string directory, base::Clock& clock,
                            const Supervisor& supervisor);

}  // namespace md

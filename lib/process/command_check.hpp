// SPDX-License-Identifier: Apache-2.0
// What keeps a command from starting, as far as it can be seen without starting it: for `check`.
#pragma once

#include <string>
#include <vector>

namespace md::process {

// "/x/y: no such file", "/x/y is not executable: chmod +x /x/y", ...; "" when nothing is in sight
// or there is no command.
std::string reason_not_runnable(const std::vector<std::string>& command);

}  // namespace md::process

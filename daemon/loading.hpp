// SPDX-License-Identifier: Apache-2.0
// How it stands with the configuration of a running daemon.
#pragma once

#include <chrono>
#include <string>

namespace md {

struct Loading {
    std::string problem;                      // why the one on disk is not in force; "" when it is
    std::chrono::sys_seconds succeeded_at{};  // when the one in force was loaded
};

}  // namespace md

// SPDX-License-Identifier: Apache-2.0
// What `check` finds in the store as it lies on the disk: whether others may write to it, and
// whether the access that an administrator gave to keys and certificates survives a renewal.
#pragma once

#include "model/desired_state.hpp"
#include "system_user.hpp"

#include <string>
#include <vector>

namespace md {

struct StoreProblem {
    bool is_fatal = false;  // run and once refuse to start
    std::string message;
    std::string hint;
};

// With the rights that this process has now: those of the daemon's account, or of root. Nothing
// where there is no store.
std::vector<StoreProblem> store_problems(const model::DesiredState& desired,
                                         const SystemUser& account);

}  // namespace md

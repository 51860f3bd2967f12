// SPDX-License-Identifier: Apache-2.0
// Certificates that the store holds of managed domains that are configured no more: nobody renews
// them, and servers may still read them. They are told of, and go only when somebody says so.
#pragma once

#include "model/desired_state.hpp"
#include "store/store.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace md::drive {

struct UnusedSet {
    std::string name;                               // of the folder in domains/
    std::optional<std::chrono::sys_seconds> until;  // the first end; nullopt: it cannot be read
};

// By name. Never throws for what one of them holds.
base::Task<std::vector<UnusedSet>> unused_sets(store::Store& store,
                                               const model::DesiredState& desired);

// Throws base::Error, with what to do, when the name is configured or the store has no such set.
base::Task<void> require_unused(store::Store& store, const model::DesiredState& desired,
                                std::string name);

// Takes the set out of use: to the archive. The key that it has there.
base::Task<std::string> retire(store::Store& store, std::string name);

}  // namespace md::drive

// SPDX-License-Identifier: Apache-2.0
// Where servers find what is live: the paths that an administrator writes into their configuration.
// Pure.
#pragma once

#include "model/key_spec.hpp"

#include <string>

namespace md::deploy {

struct ServedPaths {
    std::string certificate, key;  // absolute
};

// Of one type of key of a managed domain, whether the files are there or not.
ServedPaths served_paths(const std::string& store_directory, const std::string& domain,
                         const model::KeySpec& key);

}  // namespace md::deploy

// SPDX-License-Identifier: Apache-2.0
// Group, mode and ACL that an administrator gave to what is live, for a server of another user:
// what takes its place gets them too. Owners stay ours. Never more than what was given, and never
// anything for all: a key that all could read can be read by its group at most.
#pragma once

#include "store/file_tree.hpp"

#include <map>
#include <string>

namespace md::store {

// From the live set to one that is being built of these values. What cannot be kept is logged: a
// renewal does not fail for it.
void keep_access(const FileTree& tree, const std::string& name, const std::string& live,
                 const std::string& built, const std::map<std::string, std::string>& values);

}  // namespace md::store

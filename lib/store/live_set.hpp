// SPDX-License-Identifier: Apache-2.0
// How a set becomes the live one, crash by crash. In tmp/NAME/ the new set is built as "part"; on
// the disk whole, it gets the number of its inode for a name, which is the point of no return.
// staging/NAME is parked beside it, domains/NAME and tmp/NAME/INODE change places in one step, and
// what now lies there, recognised by an inode that is not its name, goes to the archive.
#pragma once

#include "store/file_tree.hpp"
#include "store/store.hpp"

#include <map>
#include <string>

namespace md::store {

// Throws when the set is not live; then domains/NAME and staging/NAME are as they were.
void activate_set(FileTree& tree, const std::string& name,
                  const std::map<std::string, std::string>& values, FormerNames former);

// Moves domains/NAME into the archive and drops staging/NAME.
void retire_set(FileTree& tree, const std::string& name);

// Empties tmp/: a set past the point of no return becomes live, a former live one is archived,
// everything else is dropped.
void complete_interrupted_sets(FileTree& tree);

}  // namespace md::store

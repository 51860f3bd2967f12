// SPDX-License-Identifier: Apache-2.0
// How a batch is made in files. One change is one step as it always was. Several are first written
// down whole in tmp/.new-N, which then becomes tmp/.batch-N: the point of no return. Then they are
// made, one after another, and done again from the list by whoever comes next, should they be
// interrupted.
#pragma once

#include "store/batch.hpp"
#include "store/file_tree.hpp"

#include <map>
#include <string>
#include <vector>

namespace md::store {

// By look and content: what is as large, as old and the same octets is the same.
Revision revision_of(const FileTree& tree, const std::string& key, const std::string& value);
StoredValue look_up(const FileTree& tree, const std::string& key);

// Lists that were not carried out to their end, by the name that they are of.
using Unfinished = std::map<std::string, std::vector<std::string>>;

// Once what is unfinished of this name has been carried out: nothing, and the first expectation
// that is not met, or all of it. What it leaves unfinished itself, it adds before it throws.
std::optional<Conflict> commit(FileTree& tree, const std::string& name, const Batch& batch,
                               Unfinished& unfinished);

// When a store is opened: carries out what a crash interrupted. What that fails for is logged, and
// left to the next commit of that name.
Unfinished complete_interrupted_batches(FileTree& tree);
bool is_batch(const std::string& entry);  // of tmp/

}  // namespace md::store

// SPDX-License-Identifier: Apache-2.0
// Servers read files by the names that an administrator wrote down. Where an MD's first name or a
// key type changes, the former name stays for a while, as a link to what took its place: always to
// one name in the same folder. It stays until a set that came after it has itself been renewed, and
// longer where nobody was told of that set.
#pragma once

#include "store/file_tree.hpp"
#include "store/store.hpp"

#include <map>
#include <string>
#include <vector>

namespace md::store {

// domains/OLD becomes domains/NEW without a moment in which a reader of OLD finds nothing; links
// that led to OLD lead to NEW. Interrupted, the same call completes it.
void move_leaving_link(FileTree& tree, const std::string& old_name, const std::string& new_name);

// When the newest certificate of a set was made; {} where there is none.
timespec set_made(const FileTree& tree, const std::string& set);

// Into a set that is being built of these values: a link for each key and certificate of the live
// one that is not among them.
void keep_file_names(FileTree& tree, const std::string& name, const std::string& built,
                     const std::map<std::string, std::string>& values, FormerNames former);

// The former names of an MD: those that have had their time go, its former set having been made
// then.
void drop_old_names(FileTree& tree, const std::string& name, FormerNames former,
                    const timespec& former_made);

// All of them, whatever their time: the MD itself goes.
void drop_former_names(FileTree& tree, const std::string& name);

// Those of an MD's live set, "privkey.pem"; and of all MDs the names they had, by their present
// one.
std::vector<std::string> stand_ins_of(const FileTree& tree, const std::string& name);
std::multimap<std::string, std::string> former_names(const FileTree& tree);

}  // namespace md::store

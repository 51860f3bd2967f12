// SPDX-License-Identifier: Apache-2.0
// Ways into folders below a root, one component at a time, by descriptors and without following a
// link: what another user may write to, beside httpd, leads nowhere else (CWE-59). Functions give
// -1 with errno, as the system does; a link in the way is ELOOP.
#pragma once

#include "base/descriptor.hpp"
#include "base/error.hpp"

#include <cerrno>
#include <dirent.h>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace md::store {

using base::Descriptor;

struct CloseList {
    void operator()(DIR* list) const { ::closedir(list); }
};
using FolderList = std::unique_ptr<DIR, CloseList>;

// "a/b/c" is c in the folder a/b.
std::string_view parent_of(std::string_view key);
std::string name_of(std::string_view key);

// A way to a folder, for the calls that end in "at".
Descriptor way_to(const std::string& root, std::string_view key);
// The same, to list or sync it.
Descriptor open_folder(const std::string& root, std::string_view key);
// What is in a folder that was opened so; empty with errno when that cannot be had.
FolderList list_of(Descriptor folder);
// Of what a name in a folder is, itself. False with errno.
bool look_at(const Descriptor& folder, const std::string& name, struct stat& status);
// Where a link leads; "" for what is no link.
std::string target_of(const Descriptor& folder, const std::string& name);
// A link that leads to another name in the same folder, as we make them for servers that read what
// was renamed.
bool is_stand_in(const Descriptor& folder, const std::string& name);
// What a regular file in a folder holds, read in one piece, so that no part of a key stays behind
// in memory that was outgrown; nullopt with errno where it cannot be opened. A link is not
// followed, and a FIFO stops nobody. Throws base::Error that begins with `doing` for what is no
// file, larger than `most` octets, or cannot be read.
std::optional<std::string> content_of(const Descriptor& folder, const std::string& name,
                                      std::size_t most, const std::string& doing);
// Everything of that name, as far as it can be deleted.
void remove_tree(const Descriptor& folder, const std::string& name);

// Of errno. A link is explained.
[[noreturn]] void raise_failure(const std::string& doing);

}  // namespace md::store

// SPDX-License-Identifier: Apache-2.0
// Whether somebody else could change what is in a store, or where it lies: looked at before
// anything is written, as sshd looks at ~/.ssh. Below staging/ and challenges/, which are the web
// server's where httpd uses the same store, nothing is followed instead (folder.hpp).
#pragma once

#include <string>

namespace md::store {

// The store's folder, as far as it is there, and those above it. A link is followed where it and
// all folders on both ways are root's or this user's. Throws base::Error that names what is open,
// whose it is, and what to do.
void require_own_place(const std::string& directory);

// The folders in the store.
void require_own_folders(const std::string& directory);

// The same for both, as a text: "" where all is well.
std::string trust_problem(const std::string& directory);

}  // namespace md::store

// SPDX-License-Identifier: Apache-2.0
// Brings the files of an older store to version 3, as mod_md does. Done twice it does no harm, so a
// crash half-way needs nothing but doing it again; the header is written afterwards, by the caller.
#pragma once

#include "store/file_tree.hpp"

namespace md::store {

// Version 1.0: every pkey.pem becomes privkey.pem, and pubcert.pem is made of cert.pem and
// chain.pem where it is missing. The older files of the certificate stay.
void upgrade_files(FileTree& tree);

}  // namespace md::store

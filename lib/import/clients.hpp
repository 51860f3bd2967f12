// SPDX-License-Identifier: Apache-2.0
// The clients whose files are understood, each in a file of its name. A reader never fails because
// of what stands in a tree: a part that makes no sense is a SkippedPart, and the rest is read.
#pragma once

#include "import/ca_directories.hpp"
#include "import/finding.hpp"
#include "import/tree.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace md::import {

enum class ImportSource { certbot, mod_md, lego, acme_sh, uacme };

// "certbot", "mod_md", "lego", "acme.sh", "uacme".
std::string_view word(ImportSource client);
std::optional<ImportSource> client_named(std::string_view word);
// "certbot, mod_md, lego, acme.sh or uacme".
std::string client_words();
// How to have it stop renewing what mdcertd has taken over.
std::string_view retirement(ImportSource client);
// The same where it goes on renewing the rest.
std::string_view partial_retirement(ImportSource client);

Found read(ImportSource client, const Tree& tree, const CaDirectories& directories);

Found read_certbot(const Tree& tree, const CaDirectories& directories);  // --config-dir
Found read_mod_md(const Tree& tree, const CaDirectories& directories);   // MDStoreDir
Found read_lego(const Tree& tree, const CaDirectories& directories);     // --path
Found read_acme_sh(const Tree& tree, const CaDirectories& directories);  // --config-home
Found read_uacme(const Tree& tree, const CaDirectories& directories);    // --confdir

}  // namespace md::import

// SPDX-License-Identifier: Apache-2.0
// What the readers of the clients' trees have in common. For the .cpp files of lib/import.
#pragma once

#include "base/error.hpp"
#include "import/finding.hpp"
#include "import/tree.hpp"
#include "json/parsed_text.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace md::import {

// Reads one part of a tree; what is wrong with it becomes a SkippedPart.
template <typename Reading>
void read_part(Found& found, const std::string& source, Reading reading) {
    try {
        reading();
    } catch (const base::Error& error) {
        found.troubles.push_back({source, error.what()});
    }
}

// The file's text. Throws when it is absent, as for everything else.
std::string required(const Tree& tree, const std::string& path);
// Likewise of a private key: wiped when it goes. nullopt: absent.
std::optional<base::Secret> secret_in(const Tree& tree, const std::string& path);
base::Secret required_secret(const Tree& tree, const std::string& path);

// Links directly in a folder that lead to nothing become Troubles.
void note_dangling_links(const Tree& tree, const std::string& folder, Found& found);

// The folders below a path that hold such a file: some layouts have a CA's URL as path. Throws
// when there are too many of them.
std::vector<std::string> folders_with(const Tree& tree, const std::string& path,
                                      std::string_view file);

// The directory URL such a path came from, "HOST/PATH": as one of the URLs has it, else https.
std::string url_of_path(const std::string& path, const std::vector<std::string>& urls);

// A JSON file's text; of one that is absent, empty or no JSON nothing.
std::optional<md::json::ParsedText> parse_json(std::string_view text);
// "mailto:" before an address that has no scheme; none for "".
std::vector<std::string> contact(const std::string& address);

// Where it is not kept which account a certificate is of: of the first one at its CA, and where its
// CA is not known either, of the only one there is.
void match_accounts(Found& found);

}  // namespace md::import

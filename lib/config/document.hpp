// SPDX-License-Identifier: Apache-2.0
// What the parser makes of the text: directives by where they stand, nothing interpreted yet.
#pragma once

#include "config/lexer.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace md::config {

struct DirectiveSpec;

struct Directive {
    const DirectiveSpec* spec = nullptr;
    Position at;
    std::vector<Argument> arguments;
};

// A ManagedDomain line (its body is empty) or section.
struct DomainBlock {
    Directive opening;
    std::vector<Directive> body;
};

struct HostBlock {
    Directive opening;
    std::vector<Directive> body;
};

struct SkippedName {
    std::string name;
    Position at;
};

// A word that is no directive of ours.
struct ForeignWord {
    std::string name;
    Position at;
    bool is_section = false;
    bool in_host = false;
    std::uint32_t host_file = 0;  // where that virtual host begins
};

struct Document {
    // Skipped names beyond this number are only counted.
    static constexpr std::size_t most_skipped_named = 10'000;

    std::vector<Directive> globals;
    std::vector<DomainBlock> domains;
    std::vector<HostBlock> hosts;
    std::vector<SkippedName> skipped;
    std::size_t skipped_count = 0;

    // The files that are httpd's, each with the directive that says so: one that httpd has and we
    // do not share, in it or in a file that includes it. In the main file a virtual host's do not
    // count, since that is where it is said where the store is.
    std::map<std::uint32_t, ForeignWord> httpd_files;
    std::set<std::uint32_t> files_with_httpd_hosts;  // with such a directive in a virtual host
    std::map<std::uint32_t, std::uint32_t> included_by;
    std::vector<ForeignWord> unknown;  // neither ours nor httpd's: judged when all is read

    // The directive that makes the file httpd's, or nullptr.
    const ForeignWord* why_httpd(std::uint32_t file) const;
};

}  // namespace md::config

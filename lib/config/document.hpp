// SPDX-License-Identifier: Apache-2.0
// What the parser makes of the text: directives by where they stand, nothing interpreted yet.
#pragma once

#include "config/lexer.hpp"

#include <cstdint>
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

struct Document {
    // Skipped names beyond this number are only counted.
    static constexpr std::size_t most_skipped_named = 10'000;

    std::vector<Directive> globals;
    std::vector<DomainBlock> domains;
    std::vector<HostBlock> hosts;
    std::vector<SkippedName> skipped;
    std::size_t skipped_count = 0;
    std::set<std::uint32_t> httpd_files;  // with directives of httpd's own outside of sections
};

}  // namespace md::config

// SPDX-License-Identifier: Apache-2.0
// The documents of the tree (*.md), and the blocks of code in them: what they show has to work.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace md::test {

// All of them, but what lies in build/ or is hidden.
inline std::vector<std::filesystem::path> documents() {
    std::vector<std::filesystem::path> all;
    std::filesystem::recursive_directory_iterator entry(MD_SOURCE_DIR);
    for (; entry != std::filesystem::recursive_directory_iterator(); ++entry) {
        const std::string name = entry->path().filename();
        if (entry->is_directory() && (name == "build" || name.starts_with('.')))
            entry.disable_recursion_pending();
        else if (entry->path().extension() == ".md")
            all.push_back(entry->path());
    }
    std::sort(all.begin(), all.end());
    return all;
}

// The texts between a line "```LANGUAGE" and the next "```".
inline std::vector<std::string> code_blocks(const std::filesystem::path& document,
                                            const std::string& language) {
    std::ifstream lines(document);
    std::vector<std::string> blocks;
    bool is_inside = false;
    for (std::string line; std::getline(lines, line);) {
        const bool is_fence = line.starts_with("```");
        if (is_inside && !is_fence)
            blocks.back() += line + "\n";
        else if (line == "```" + language)
            blocks.emplace_back();
        is_inside = is_fence ? line == "```" + language : is_inside;
    }
    return blocks;
}

}  // namespace md::test

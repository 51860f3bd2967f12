// SPDX-License-Identifier: Apache-2.0
// A fuzz target's corpus as a plain test: every file of it through the function that libFuzzer
// calls, which aborts where it would.
#pragma once

#include "support/catch.hpp"
#include "support/scratch.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>

namespace md::test {

using FuzzTarget = int (*)(const std::uint8_t*, std::size_t);

// Folders below the source tree. Returns how many files there were.
inline std::size_t run_corpus(FuzzTarget target, std::initializer_list<const char*> folders) {
    std::size_t count = 0;
    for (const char* folder : folders)
        for (const auto& entry : fs::recursive_directory_iterator(fs::path(MD_SOURCE_DIR) / folder))
            if (entry.is_regular_file()) {
                INFO(entry.path());
                const std::string octets = read_file(entry.path());
                CHECK(target(reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()) ==
                      0);
                ++count;
            }
    return count;
}

}  // namespace md::test

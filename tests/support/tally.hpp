// SPDX-License-Identifier: Apache-2.0
// What tests tried, counted for the table in tests/README.md. A test that tries things by the
// number calls tally("hostile-answers", n) once they are all tried. Where the variable MD_TALLY
// names a file, a line "hostile-answers N" is appended to it, followed by what it is about where
// that is said; several programs may share that file, and whoever makes the table adds the lines of
// a name up, or takes the largest. Without the variable nothing happens.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>

namespace md::test {

inline void tally(const std::string& name, std::uint64_t count, const std::string& about = {}) {
    const char* file = std::getenv("MD_TALLY");
    if (file == nullptr || *file == '\0')
        return;
    // One write of one short line to a file opened for appending: lines of others stay whole.
    std::ofstream out(file, std::ios::app);
    out << name + " " + std::to_string(count) + (about.empty() ? "" : " " + about) + "\n";
    if (!out.flush())
        throw std::runtime_error("cannot append to " + std::string(file));
}

}  // namespace md::test

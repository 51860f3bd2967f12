// SPDX-License-Identifier: Apache-2.0
// How the configuration reaches its files: the one seam between the pure language and the disk. The
// daemon has DiskSource, tests have tests/support/virtual_disk.hpp.
#pragma once

#include <string>
#include <vector>

namespace md::config {

// The text of a file, or why there is none ("no such file or directory").
struct ReadOutcome {
    bool found = false;
    std::string text;
    std::string reason;
};

class SourceReader {
public:
    virtual ~SourceReader() = default;
    // Reads a whole file; never throws for what the file is or lacks.
    virtual ReadOutcome read(const std::string& path) const = 0;
    // Whether there is a file or a folder of that name.
    virtual bool exists(const std::string& path) const = 0;
    // The files a pattern names, sorted folder by folder. The pattern is relative to the folder,
    // whose own name is taken as it is; `*`, `?` and `[...]` may stand in any part of the pattern.
    // A folder stands for all files in it and below it. Empty when nothing matches.
    virtual std::vector<std::string> glob(const std::string& folder,
                                          const std::string& pattern) const = 0;
};

}  // namespace md::config

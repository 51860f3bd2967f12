// SPDX-License-Identifier: Apache-2.0
// The configuration's files on the real disk. The one impure file of this room: it may use
// <filesystem> and POSIX; everything else in lib/config is pure.
#pragma once

#include "config/source_reader.hpp"

namespace md::config {

class DiskSource final : public SourceReader {
public:
    // Refuses what is no regular file and what is larger than 64 MiB.
    ReadOutcome read(const std::string& path) const override;
    bool exists(const std::string& path) const override;
    std::vector<std::string> glob(const std::string& folder,
                                  const std::string& pattern) const override;
};

}  // namespace md::config

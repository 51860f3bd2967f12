// SPDX-License-Identifier: Apache-2.0
// The files of one configuration in the order they were opened, and places in them. A place is
// small on purpose: a hundred thousand lines have one for each word.
#pragma once

#include "model/managed_domain.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>

namespace md::config {

struct Position {
    std::uint32_t file = 0;    // index in Sources
    std::uint32_t line = 0;    // from 1
    std::uint32_t column = 0;  // in octets, from 1
    std::size_t offset = 0;    // in the file's text

    bool operator==(const Position&) const = default;
};

struct SourceFile {
    model::Shared<std::string> path;
    std::string text;
};

class Sources {
public:
    std::uint32_t add(std::string path, std::string text) {
        files_.push_back({{std::move(path)}, std::move(text)});
        return static_cast<std::uint32_t>(files_.size() - 1);
    }
    // The reference stays valid while more files are added.
    const SourceFile& operator[](std::uint32_t file) const { return files_[file]; }
    std::size_t size() const { return files_.size(); }
    model::Origin origin(const Position& at) const { return {files_[at.file].path, at.line}; }

private:
    std::deque<SourceFile> files_;
};

}  // namespace md::config

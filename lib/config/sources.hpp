// SPDX-License-Identifier: Apache-2.0
// The files of one configuration in the order they were opened, and places in them. A place is
// small on purpose: a hundred thousand lines have one for each word.
#pragma once

#include "model/managed_domain.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
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
    // Of the text of a macro as it was used: where it starts in its file, and where the Use stands.
    std::uint32_t first_line = 1;
    std::optional<Position> used_at{};
};

class Sources {
public:
    std::uint32_t add(std::string path, std::string text) {
        files_.push_back({{std::move(path)}, std::move(text)});
        return static_cast<std::uint32_t>(files_.size() - 1);
    }
    // The lines of a macro, which is in `path` from `first_line` on, as a Use brought them.
    std::uint32_t add_use(std::string path, std::string text, std::uint32_t first_line,
                          const Position& used_at) {
        files_.push_back({{std::move(path)}, std::move(text), first_line, used_at});
        return static_cast<std::uint32_t>(files_.size() - 1);
    }
    // The reference stays valid while more files are added.
    const SourceFile& operator[](std::uint32_t file) const { return files_[file]; }
    std::size_t size() const { return files_.size(); }
    // The place itself, or that of the outermost Use which brought it.
    Position outermost(Position at) const {
        while (files_[at.file].used_at)
            at = *files_[at.file].used_at;
        return at;
    }
    // A name or a setting out of a macro is the one of the Use: there a site is told from another.
    model::Origin origin(const Position& at) const {
        const Position place = outermost(at);
        return {files_[place.file].path, place.line};
    }

private:
    std::deque<SourceFile> files_;
};

}  // namespace md::config

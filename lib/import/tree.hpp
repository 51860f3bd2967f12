// SPDX-License-Identifier: Apache-2.0
// Another program's files, read as hostile input: by paths below one directory, through symbolic
// links only as long as they stay below it (certbot's live/ leads to its archive/), also when
// whoever owns the tree changes it meanwhile; bounded in size and number. Writes nothing.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace md::import {

inline constexpr std::size_t largest_file = 256 * 1024;
inline constexpr std::size_t most_entries = 20000;

class Tree {
public:
    // Throws base::Error when that is no directory that can be read.
    explicit Tree(const std::string& directory);
    Tree(const Tree&) = delete;
    Tree& operator=(const Tree&) = delete;
    ~Tree();

    // Absolute, without links.
    const std::string& root() const { return root_; }

    // nullopt: absent. Throws base::Error, naming the path, when it is too large, no file, leads
    // out of the tree or cannot be read.
    std::optional<std::string> read(std::string_view path) const;
    // The names directly in a folder ("" is the root), sorted; absent: empty. What begins with a
    // dot is left out.
    std::vector<std::string> folders(std::string_view path) const;
    std::vector<std::string> files(std::string_view path) const;
    // Links in a folder that lead to nothing, by name.
    std::vector<std::string> dangling_links(std::string_view path) const;

private:
    int open(std::string_view path, int flags) const;
    std::vector<std::string> entries(std::string_view path, unsigned kind) const;

    std::string root_;
    int folder_ = -1;  // the root, opened
};

}  // namespace md::import

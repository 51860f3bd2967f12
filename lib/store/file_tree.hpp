// SPDX-License-Identifier: Apache-2.0
// Durable operations on the files below one directory, by key; the synchronous ground file_store
// and live_set stand on. What it writes lies in tmp/ under a name of its own until it is whole, and
// what it removes goes there first, so a reader never meets a part. One writer at a time
// for each name below the groups; others may be at work beside it, on other threads. No link below
// the root is followed. Throws base::Error naming the path.
#pragma once

#include "base/error.hpp"
#include "store/folder.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace md::store {

inline constexpr std::size_t largest_value = 4 * 1024 * 1024;

class FileTree {
public:
    explicit FileTree(std::string root) : root_(std::move(root)) {}

    const std::string& root() const { return root_; }
    std::string path(std::string_view key) const;

    bool exists(const std::string& key) const;
    bool is_folder(const std::string& key) const;
    // A link that stands in for what was renamed: to another name in the same folder.
    bool is_stand_in(const std::string& key) const;
    std::string target(const std::string& key) const;  // of a link; "" for all else
    // Of the thing itself. False with errno.
    bool look(const std::string& key, struct stat& status) const;
    // Identifies a folder wherever it is moved.
    ino_t inode(const std::string& key) const;
    // Of what the thing is: name, inode, size and times. 0: absent.
    std::uint64_t identity(const std::string& key) const;
    // Absent, or reached by way of a stand-in: nullopt.
    std::optional<std::string> read(const std::string& key) const;
    // Sorted; absent: empty.
    std::vector<std::string> names(const std::string& prefix) const;
    // Of these, those that are links.
    std::vector<std::string> links(const std::string& prefix) const;

    // Of what the files directly in a folder are: names, inodes, sizes and times, not contents.
    // Absent or empty: "". nullopt where it cannot be listed.
    std::optional<std::string> version(const std::string& prefix) const;

    void write(const std::string& key, std::string_view value);
    // Into a folder nobody looks at yet: not by way of tmp/, and its name is durable only after
    // sync_folder().
    void write_new(const std::string& key, std::string_view value);
    // With its parents; there already: fine. Durable unless it is in tmp/.
    void make_folder(const std::string& key);
    // A file replaces a file; a folder must not meet one that is not empty.
    void move(const std::string& from, const std::string& to);
    // Durable only after sync_folder() of both parents.
    void move_unsynced(const std::string& from, const std::string& to);
    // Both change places in one step, unsynced; false when this file system cannot.
    bool exchange(const std::string& one, const std::string& other);
    // A link to a name in the same folder, in one step in the place of a link or a file; and into a
    // folder that is not looked at yet.
    void link(const std::string& key, const std::string& target);
    void link_new(const std::string& key, const std::string& target);
    void remove(const std::string& key);
    // Of tmp/, in any number of steps: what cannot be deleted now goes when the store is opened.
    void drop(const std::string& key);
    void sync_folder(const std::string& key);

    // A key in tmp/ that is not there, and given once.
    std::string scratch_key();

    // The folder that a key is in, for calls on descriptors.
    Descriptor parent(std::string_view key, const std::string& doing) const;

private:
    std::vector<std::string> entries(const std::string& prefix, bool links_alone) const;
    bool is_given_up(const std::string& key) const;
    std::string take_away(const std::string& key);

    std::string root_;            // absolute
    unsigned scratch_count_ = 0;  // counted atomically
};

// mkdir -p: the last one 0700, its missing parents 0755.
void make_directories(const std::string& path);

}  // namespace md::store

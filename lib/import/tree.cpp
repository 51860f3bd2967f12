// SPDX-License-Identifier: Apache-2.0
#include "import/tree.hpp"

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/printable.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace md::import {
namespace {

// realpath(3); nullopt where something on the way is absent.
std::optional<std::string> real_path(const std::string& path) {
    std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), std::free);
    if (real)
        return std::string(real.get());
    if (errno == ENOENT || errno == ENOTDIR)
        return std::nullopt;
    base::raise_errno("cannot read " + base::printable(path));
}

using base::Descriptor;

// S_IFDIR, S_IFREG, ... of what the entry leads to; S_IFLNK when that is nothing; 0 when unknown.
unsigned kind_of(int folder, const char* name) {
    struct stat status {};
    if (::fstatat(folder, name, &status, 0) != 0 &&
        ::fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return 0;
    return status.st_mode & S_IFMT;
}

// Into the text itself, since it may be a private key: no copy stays behind in a buffer.
std::string read_all(int file, std::size_t expected, const std::string& path) {
    std::string text(std::min(expected, largest_file) + 1, '\0');
    for (std::size_t size = 0; size <= largest_file;) {
        if (size == text.size())
            text.resize(2 * size);
        ssize_t count = ::read(file, text.data() + size, text.size() - size);
        if (count < 0)
            base::raise_errno("cannot read " + path);
        size += static_cast<std::size_t>(count);
        if (count == 0) {
            text.resize(size);
            return text;
        }
    }
    throw base::Error(path + " is larger than " + std::to_string(largest_file / 1024) + " KiB");
}

}  // namespace

Tree::Tree(const std::string& directory) {
    auto root = real_path(directory);
    struct stat status {};
    if (!root || ::stat(root->c_str(), &status) != 0 || !S_ISDIR(status.st_mode))
        throw base::Error("there is no directory " + base::printable(directory));
    if (::access(root->c_str(), R_OK | X_OK) == 0)
        folder_ = ::open(root->c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder_ < 0)
        base::raise_errno("cannot read " + *root);
    root_ = *root;
}

Tree::~Tree() {
    ::close(folder_);
}

// A descriptor of the caller's, or -1 where something on the way is absent. The links are resolved
// first; what that led to is opened without following any, since they may have changed.
int Tree::open(std::string_view path, int flags) const {
    auto real = real_path(root_ + "/" + std::string(path));
    if (!real)
        return -1;
    std::string below = root_ == "/" ? "" : root_;
    if (*real != root_ && !real->starts_with(below + "/"))
        throw base::Error(base::printable(path) + " leads out of " + root_);
    Descriptor place(::fcntl(folder_, F_DUPFD_CLOEXEC, 0));
    std::string_view rest = *real == root_ ? "." : std::string_view(*real).substr(below.size() + 1);
    while (place) {
        auto end = rest.find('/');
        int how = end == rest.npos ? flags | O_NONBLOCK : O_PATH | O_DIRECTORY;
        const std::string part(rest.substr(0, end));
        place = Descriptor(::openat(place.get(), part.c_str(), how | O_NOFOLLOW | O_CLOEXEC));
        if (end == rest.npos)
            break;
        rest.remove_prefix(end + 1);
    }
    if (!place && errno != ENOENT)
        base::raise_errno("cannot read " + base::printable(path));
    return place.release();
}

std::optional<std::string> Tree::read(std::string_view path) const {
    const std::string shown = base::printable(path);
    const Descriptor file(open(path, O_RDONLY));
    if (!file)
        return std::nullopt;
    struct stat status {};
    if (::fstat(file.get(), &status) != 0)
        base::raise_errno("cannot read " + shown);
    if (!S_ISREG(status.st_mode))
        throw base::Error(shown + " is not a file");
    return read_all(file.get(), static_cast<std::size_t>(status.st_size), shown);
}

std::vector<std::string> Tree::entries(std::string_view path, unsigned kind) const {
    std::vector<std::string> names;
    Descriptor opened(open(path, O_RDONLY | O_DIRECTORY));
    if (!opened)
        return names;
    auto close = [](DIR* directory) { ::closedir(directory); };
    std::unique_ptr<DIR, decltype(close)> folder(::fdopendir(opened.get()), close);
    if (!folder)
        base::raise_errno("cannot read the folder " + base::printable(path));
    opened.release();  // closed with the folder
    while (const dirent* entry = ::readdir(folder.get())) {
        if (entry->d_name[0] == '.' || kind_of(::dirfd(folder.get()), entry->d_name) != kind)
            continue;
        if (names.size() == most_entries)
            throw base::Error("the folder " + base::printable(path) + " has more than " +
                              std::to_string(most_entries) + " entries");
        names.emplace_back(entry->d_name);
    }
    std::sort(names.begin(), names.end());
    return names;
}

std::vector<std::string> Tree::folders(std::string_view path) const {
    return entries(path, S_IFDIR);
}

std::vector<std::string> Tree::files(std::string_view path) const {
    return entries(path, S_IFREG);
}

std::vector<std::string> Tree::dangling_links(std::string_view path) const {
    return entries(path, S_IFLNK);
}

}  // namespace md::import

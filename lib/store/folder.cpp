// SPDX-License-Identifier: Apache-2.0
#include "store/folder.hpp"

#include <array>
#include <climits>
#include <fcntl.h>
#include <vector>

namespace md::store {
namespace {

constexpr int as_a_folder = O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr int deepest = 32;  // what a store never has

// A folder in another. The system says "not a directory" of a link as well.
Descriptor folder_in(const Descriptor& parent, const std::string& name, int flags) {
    Descriptor found(::openat(parent.get(), name.c_str(), flags | as_a_folder));
    struct stat status {};
    if (!found && errno == ENOTDIR)
        errno = look_at(parent, name, status) && S_ISLNK(status.st_mode) ? ELOOP : ENOTDIR;
    return found;
}

std::vector<std::string> names_in(const Descriptor& folder) {
    std::vector<std::string> names;
    FolderList list = list_of(Descriptor(::openat(folder.get(), ".", O_RDONLY | as_a_folder)));
    while (const dirent* entry = list ? ::readdir(list.get()) : nullptr) {
        std::string name = entry->d_name;
        if (name != "." && name != "..")
            names.push_back(std::move(name));
    }
    return names;
}

void remove_entry(const Descriptor& folder, const std::string& name, int depth) {
    struct stat status {};
    if (!look_at(folder, name, status))
        return;
    if (!S_ISDIR(status.st_mode)) {
        ::unlinkat(folder.get(), name.c_str(), 0);
        return;
    }
    if (Descriptor below = folder_in(folder, name, O_PATH); below && depth < deepest)
        for (const std::string& entry : names_in(below))
            remove_entry(below, entry, depth + 1);
    ::unlinkat(folder.get(), name.c_str(), AT_REMOVEDIR);
}

}  // namespace

std::string_view parent_of(std::string_view key) {
    auto slash = key.rfind('/');
    return slash == std::string_view::npos ? std::string_view() : key.substr(0, slash);
}

std::string name_of(std::string_view key) {
    return std::string(key.substr(key.rfind('/') + 1));
}

Descriptor way_to(const std::string& root, std::string_view key) {
    Descriptor at(::open(root.c_str(), O_PATH | as_a_folder));
    while (at && !key.empty()) {
        auto slash = key.find('/');
        at = folder_in(at, std::string(key.substr(0, slash)), O_PATH);
        key.remove_prefix(slash == std::string_view::npos ? key.size() : slash + 1);
    }
    return at;
}

Descriptor open_folder(const std::string& root, std::string_view key) {
    Descriptor way = way_to(root, key);
    return way ? Descriptor(::openat(way.get(), ".", O_RDONLY | as_a_folder)) : std::move(way);
}

FolderList list_of(Descriptor folder) {
    FolderList list(folder ? ::fdopendir(folder.get()) : nullptr);
    if (list)
        folder.release();  // closed with the list
    return list;
}

bool look_at(const Descriptor& folder, const std::string& name, struct stat& status) {
    return ::fstatat(folder.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
}

std::string target_of(const Descriptor& folder, const std::string& name) {
    std::array<char, PATH_MAX> target{};
    ssize_t size = ::readlinkat(folder.get(), name.c_str(), target.data(), target.size());
    return size < 0 ? std::string() : std::string(target.data(), static_cast<std::size_t>(size));
}

bool is_stand_in(const Descriptor& folder, const std::string& name) {
    const std::string target = target_of(folder, name);
    return !target.empty() && target != name && target != "." && target != ".." &&
           target.find('/') == std::string::npos;
}

std::optional<std::string> content_of(const Descriptor& folder, const std::string& name,
                                      std::size_t most, const std::string& doing) {
    // Non-blocking, lest a FIFO somebody put there stops everything.
    Descriptor file(
        ::openat(folder.get(), name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
    if (!file)
        return std::nullopt;
    struct stat status {};
    if (::fstat(file.get(), &status) != 0)
        base::raise_errno(doing);
    if (!S_ISREG(status.st_mode))
        throw base::Error(doing + ": it is not a file");
    if (status.st_size > static_cast<off_t>(most))
        throw base::Error(doing + ": it is larger than " + std::to_string(most >> 20) + " MiB");
    std::string value(static_cast<std::size_t>(status.st_size), '\0');
    std::size_t filled = 0;
    while (filled < value.size()) {
        ssize_t count = ::read(file.get(), value.data() + filled, value.size() - filled);
        if (count == 0)
            break;
        if (count < 0 && errno != EINTR)
            base::raise_errno(doing);
        if (count > 0)
            filled += static_cast<std::size_t>(count);
    }
    value.resize(filled);
    return value;
}

void remove_tree(const Descriptor& folder, const std::string& name) {
    if (folder)
        remove_entry(folder, name, 0);
}

void raise_failure(const std::string& doing) {
    if (errno == ELOOP)
        throw base::Error(doing +
                          ": there is a link on the way, and links in a store are not "
                          "followed: put what it leads to in its place");
    base::raise_errno(doing);
}

}  // namespace md::store

// SPDX-License-Identifier: Apache-2.0
#include "store/file_tree.hpp"

#include "base/fnv.hpp"
#include "store/layout.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <dirent.h>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

namespace md::store {
namespace {

using base::raise_errno;

bool write_all(int descriptor, std::string_view value) {
    while (!value.empty()) {
        ssize_t count = ::write(descriptor, value.data(), value.size());
        if (count < 0 && errno != EINTR)
            return false;
        if (count == 0) {
            errno = ENOSPC;
            return false;
        }
        if (count > 0)
            value.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

// A file that was not there, with its final mode and its content on the disk; no file on failure.
void create_file(const Descriptor& folder, const std::string& name, unsigned mode,
                 std::string_view value, const std::string& doing) {
    Descriptor file(
        ::openat(folder.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file)
        raise_failure(doing);
    if (::fchmod(file.get(), mode) == 0 && write_all(file.get(), value) &&
        ::fsync(file.get()) == 0 && file.close())
        return;
    int number = errno;
    ::unlinkat(folder.get(), name.c_str(), 0);
    throw base::SystemError(doing, number);
}

// Nobody who may write here gains by a collision.
std::uint64_t identity_of(const char* name, const struct stat& status) {
    base::Fnv hash;
    hash.add(std::string_view(name)).add(status.st_ino);
    hash.add(static_cast<std::uint64_t>(status.st_size));
    for (const timespec& time : {status.st_mtim, status.st_ctim})
        hash.add(static_cast<std::uint64_t>(time.tv_sec))
            .add(static_cast<std::uint64_t>(time.tv_nsec));
    return hash.value();
}

bool is_directory(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

// chmod undoes the umask. That another process was faster is fine.
void make_directory(const std::string& path, unsigned mode) {
    bool made = ::mkdir(path.c_str(), mode) == 0;
    if (!made && errno == EEXIST) {
        if (is_directory(path))
            return;
        errno = ENOTDIR;  // what is in the way
    }
    if (!made || ::chmod(path.c_str(), mode) != 0)
        raise_errno("cannot make the directory " + path);
}

// What is outside of the store may be closed to us: then it is synced when the system likes.
void sync_if_open(const std::string& directory) {
    Descriptor folder(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder && ::fsync(folder.get()) != 0 && errno != EINVAL)
        raise_errno("cannot sync " + directory);
}

// A folder that the umask keeps us from opening, just made.
int chmod_closed(const Descriptor& folder, const std::string& name) {
    Descriptor made(
        ::openat(folder.get(), name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    return made ? ::chmod(("/proc/self/fd/" + std::to_string(made.get())).c_str(), directory_mode)
                : -1;
}

void make_with_parents(const std::filesystem::path& path, unsigned mode) {
    if (path.empty() || is_directory(path.string()))
        return;
    make_with_parents(path.parent_path(), 0755);
    make_directory(path.string(), mode);
    // A store that a power cut takes back whole takes the account with it.
    sync_if_open(path.has_parent_path() ? path.parent_path().string() : ".");
}

}  // namespace

std::string FileTree::path(std::string_view key) const {
    return key.empty() ? root_ : root_ + "/" + std::string(key);
}

Descriptor FileTree::parent(std::string_view key, const std::string& doing) const {
    Descriptor folder = way_to(root_, parent_of(key));
    if (!folder)
        raise_failure(doing);
    return folder;
}

std::string FileTree::scratch_key() {
    std::string key;
    do
        key = "tmp/.new-" + std::to_string(++std::atomic_ref(scratch_count_));
    while (exists(key));
    return key;
}

bool FileTree::look(const std::string& key, struct stat& status) const {
    Descriptor folder = way_to(root_, parent_of(key));
    return folder && look_at(folder, key.empty() ? "." : name_of(key), status);
}

bool FileTree::exists(const std::string& key) const {
    struct stat status {};
    if (look(key, status))
        return true;
    if (errno != ENOENT && errno != ENOTDIR)
        raise_failure("cannot look at " + path(key));
    return false;
}

bool FileTree::is_folder(const std::string& key) const {
    struct stat status {};
    return look(key, status) && S_ISDIR(status.st_mode);
}

bool FileTree::is_stand_in(const std::string& key) const {
    Descriptor folder = way_to(root_, parent_of(key));
    return folder && store::is_stand_in(folder, name_of(key));
}

std::string FileTree::target(const std::string& key) const {
    return target_of(way_to(root_, parent_of(key)), name_of(key));
}

ino_t FileTree::inode(const std::string& key) const {
    struct stat status {};
    if (!look(key, status))
        raise_failure("cannot look at " + path(key));
    return status.st_ino;
}

std::uint64_t FileTree::identity(const std::string& key) const {
    struct stat status {};
    return look(key, status) ? identity_of(name_of(key).c_str(), status) : 0;
}

// What a server may still read under a name that was given up is not ours to read any more.
bool FileTree::is_given_up(const std::string& key) const {
    return is_stand_in(key) ||
           (key.find('/') != std::string::npos && is_given_up(std::string(parent_of(key))));
}

std::optional<std::string> FileTree::read(const std::string& key) const {
    std::string doing = "cannot read " + path(key);
    Descriptor folder = way_to(root_, parent_of(key));
    std::optional<std::string> value;
    if (folder)
        value = content_of(folder, name_of(key), largest_value, doing);
    if (value || errno == ENOENT || errno == ENOTDIR)
        return value;
    if (errno == ELOOP) {
        if (is_given_up(key))
            return std::nullopt;
        errno = ELOOP;
    }
    raise_failure(doing);
}

std::vector<std::string> FileTree::names(const std::string& prefix) const {
    return entries(prefix, false);
}

std::vector<std::string> FileTree::links(const std::string& prefix) const {
    return entries(prefix, true);
}

std::vector<std::string> FileTree::entries(const std::string& prefix, bool links_alone) const {
    std::vector<std::string> result;
    FolderList list = list_of(open_folder(root_, prefix));
    if (!list) {
        const int number = errno;
        if (number == ENOENT || number == ENOTDIR || (number == ELOOP && is_given_up(prefix)))
            return result;
        errno = number;
        raise_failure("cannot list " + path(prefix));
    }
    auto is_wanted = [&](const dirent& entry) {
        std::string_view name = entry.d_name;
        return name != "." && name != ".." &&
               (!links_alone || entry.d_type == DT_LNK || entry.d_type == DT_UNKNOWN);
    };
    for (errno = 0; const dirent* entry = ::readdir(list.get()); errno = 0)
        if (is_wanted(*entry))
            result.emplace_back(entry->d_name);
    if (errno != 0)
        raise_failure("cannot list " + path(prefix));
    std::sort(result.begin(), result.end());
    return result;
}

std::optional<std::string> FileTree::version(const std::string& prefix) const {
    FolderList folder = list_of(open_folder(root_, prefix));
    if (!folder)
        return errno == ENOENT || (errno == ELOOP && is_given_up(prefix))
                   ? std::optional<std::string>("")
                   : std::nullopt;
    std::uint64_t sum = 0;  // of the entries', so that their order does not matter
    while (const dirent* entry = ::readdir(folder.get())) {
        struct stat status {};
        if (entry->d_name[0] == '.' ||
            ::fstatat(::dirfd(folder.get()), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        sum += identity_of(entry->d_name, status);
    }
    return sum == 0 ? "" : std::to_string(sum);
}

void FileTree::write(const std::string& key, std::string_view value) {
    make_folder("tmp");
    make_folder(std::string(parent_of(key)));
    std::string doing = "cannot write " + path(key);
    std::string scratch = name_of(scratch_key());
    Descriptor tmp = parent("tmp/x", doing), folder = parent(key, doing);
    create_file(tmp, scratch, file_mode(key), value, doing);
    if (::renameat(tmp.get(), scratch.c_str(), folder.get(), name_of(key).c_str()) != 0) {
        int number = errno;
        ::unlinkat(tmp.get(), scratch.c_str(), 0);
        throw base::SystemError(doing, number);
    }
    sync_folder(std::string(parent_of(key)));
}

void FileTree::write_new(const std::string& key, std::string_view value) {
    std::string doing = "cannot write " + path(key);
    create_file(parent(key, doing), name_of(key), file_mode(key), value, doing);
}

void FileTree::make_folder(const std::string& key) {
    if (key.empty() || is_folder(key))
        return;
    make_folder(std::string(parent_of(key)));
    std::string doing = "cannot make the directory " + path(key), name = name_of(key);
    Descriptor folder = parent(key, doing);
    if (::mkdirat(folder.get(), name.c_str(), directory_mode) != 0) {
        struct stat status {};
        if (errno == EEXIST && look_at(folder, name, status)) {
            if (S_ISDIR(status.st_mode))
                return;  // another thread was faster
            errno = S_ISLNK(status.st_mode) ? ELOOP : ENOTDIR;
        }
        raise_failure(doing);
    }
    // The umask is undone.
    Descriptor made(
        ::openat(folder.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if ((made ? ::fchmod(made.get(), directory_mode) : chmod_closed(folder, name)) != 0)
        raise_failure(doing);
    // What lies in tmp/ need not be found again.
    if (!key.starts_with("tmp/"))
        sync_folder(std::string(parent_of(key)));
}

void FileTree::move_unsynced(const std::string& from, const std::string& to) {
    make_folder(std::string(parent_of(to)));
    std::string doing = "cannot move " + path(from) + " to " + path(to);
    Descriptor there = parent(from, doing), here = parent(to, doing);
    if (::renameat(there.get(), name_of(from).c_str(), here.get(), name_of(to).c_str()) != 0)
        raise_errno(doing);
}

void FileTree::move(const std::string& from, const std::string& to) {
    move_unsynced(from, to);
    // The new name first: after a power cut it may be found twice, never nowhere.
    sync_folder(std::string(parent_of(to)));
    if (parent_of(from) != parent_of(to))
        sync_folder(std::string(parent_of(from)));
}

bool FileTree::exchange(const std::string& one, const std::string& other) {
    std::string doing = "cannot exchange " + path(one) + " and " + path(other);
    Descriptor here = parent(one, doing), there = parent(other, doing);
    if (::renameat2(here.get(), name_of(one).c_str(), there.get(), name_of(other).c_str(),
                    RENAME_EXCHANGE) == 0)
        return true;
    if (errno != EINVAL && errno != ENOSYS)
        raise_errno(doing);
    return false;
}

void FileTree::link_new(const std::string& key, const std::string& target) {
    std::string doing = "cannot make the link " + path(key);
    if (::symlinkat(target.c_str(), parent(key, doing).get(), name_of(key).c_str()) != 0)
        raise_failure(doing);
}

void FileTree::link(const std::string& key, const std::string& target) {
    make_folder("tmp");
    std::string scratch = scratch_key();
    link_new(scratch, target);
    move(scratch, key);
}

void FileTree::remove(const std::string& key) {
    if (!exists(key))
        return;
    std::string scratch = take_away(key);
    sync_folder(std::string(parent_of(key)));
    drop(scratch);
}

// Deleting a folder takes many steps; leaving its place takes one.
std::string FileTree::take_away(const std::string& key) {
    std::string scratch = scratch_key();
    make_folder("tmp");
    std::string doing = "cannot remove " + path(key);
    Descriptor from = parent(key, doing), to = parent(scratch, doing);
    if (::renameat(from.get(), name_of(key).c_str(), to.get(), name_of(scratch).c_str()) != 0)
        raise_errno(doing);
    return scratch;
}

void FileTree::drop(const std::string& key) {
    remove_tree(way_to(root_, parent_of(key)), name_of(key));
}

void FileTree::sync_folder(const std::string& key) {
    Descriptor folder = open_folder(root_, key);
    // EINVAL: a file system that has nothing to sync for a directory.
    if (!folder || (::fsync(folder.get()) != 0 && errno != EINVAL))
        raise_failure("cannot sync " + path(key));
}

void make_directories(const std::string& path) {
    make_with_parents(path, directory_mode);
}

}  // namespace md::store

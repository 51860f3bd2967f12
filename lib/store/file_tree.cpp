// SPDX-License-Identifier: Apache-2.0
#include "store/file_tree.hpp"

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
#include <utility>

namespace md::store {
namespace {

using base::raise_errno;

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ >= 0)
            ::close(number_);
    }
    int get() const { return number_; }
    // Some file systems say only now that there was no room.
    bool close() { return ::close(std::exchange(number_, -1)) == 0; }

private:
    int number_;
};

std::string parent_of(const std::string& key) {
    auto slash = key.rfind('/');
    return slash == std::string::npos ? std::string() : key.substr(0, slash);
}

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
void create_file(const std::string& path, unsigned mode, std::string_view value,
                 const std::string& doing) {
    Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (file.get() < 0)
        raise_errno(doing);
    if (::fchmod(file.get(), mode) == 0 && write_all(file.get(), value) &&
        ::fsync(file.get()) == 0 && file.close())
        return;
    int number = errno;
    ::unlink(path.c_str());
    throw base::SystemError(doing, number);
}

struct CloseFolder {
    void operator()(DIR* folder) const { ::closedir(folder); }
};

// FNV-1a: nobody who may write here gains by a collision.
std::uint64_t identity_of(const char* name, const struct stat& status) {
    std::uint64_t hash = 0xcbf29ce484222325;
    auto add = [&hash](std::uint64_t number) {
        for (int i = 0; i < 8; ++i, number >>= 8)
            hash = (hash ^ (number & 0xff)) * 0x100000001b3;
    };
    for (; *name != '\0'; ++name)
        hash = (hash ^ static_cast<unsigned char>(*name)) * 0x100000001b3;
    add(status.st_ino);
    add(static_cast<std::uint64_t>(status.st_size));
    for (const timespec& time : {status.st_mtim, status.st_ctim}) {
        add(static_cast<std::uint64_t>(time.tv_sec));
        add(static_cast<std::uint64_t>(time.tv_nsec));
    }
    return hash;
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
    if (folder.get() >= 0 && ::fsync(folder.get()) != 0 && errno != EINVAL)
        raise_errno("cannot sync " + directory);
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

std::string FileTree::scratch_key() {
    std::string key;
    do
        key = "tmp/.new-" + std::to_string(++std::atomic_ref(scratch_count_));
    while (exists(key));
    return key;
}

bool FileTree::exists(const std::string& key) const {
    struct stat status {};
    if (::lstat(path(key).c_str(), &status) == 0)
        return true;
    if (errno != ENOENT && errno != ENOTDIR)
        raise_errno("cannot look at " + path(key));
    return false;
}

bool FileTree::is_folder(const std::string& key) const {
    return is_directory(path(key));
}

ino_t FileTree::inode(const std::string& key) const {
    struct stat status {};
    if (::lstat(path(key).c_str(), &status) != 0)
        raise_errno("cannot look at " + path(key));
    return status.st_ino;
}

std::optional<std::string> FileTree::read(const std::string& key) const {
    std::string doing = "cannot read " + path(key);
    // Non-blocking, lest a FIFO somebody put there stops everything.
    Descriptor file(::open(path(key).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.get() < 0 && (errno == ENOENT || errno == ENOTDIR))
        return std::nullopt;
    struct stat status {};
    if (file.get() < 0 || ::fstat(file.get(), &status) != 0)
        raise_errno(doing);
    if (!S_ISREG(status.st_mode))
        throw base::Error(doing + ": it is not a file");
    if (status.st_size > static_cast<off_t>(largest_value))
        throw base::Error(doing + ": it is larger than 4 MiB");
    std::string value(static_cast<std::size_t>(status.st_size), '\0');
    std::size_t filled = 0;
    while (filled < value.size()) {
        ssize_t count = ::read(file.get(), value.data() + filled, value.size() - filled);
        if (count == 0)
            break;
        if (count < 0 && errno != EINTR)
            raise_errno(doing);
        if (count > 0)
            filled += static_cast<std::size_t>(count);
    }
    value.resize(filled);
    return value;
}

std::vector<std::string> FileTree::names(const std::string& prefix) const {
    std::vector<std::string> result;
    std::error_code error;
    auto entry = std::filesystem::directory_iterator(path(prefix), error);
    for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error))
        result.push_back(entry->path().filename().string());
    if (error && error.value() != ENOENT && error.value() != ENOTDIR)
        throw base::SystemError("cannot list " + path(prefix), error.value());
    std::sort(result.begin(), result.end());
    return result;
}

std::optional<std::string> FileTree::version(const std::string& prefix) const {
    std::unique_ptr<DIR, CloseFolder> folder(::opendir(path(prefix).c_str()));
    if (!folder && errno == ENOENT)
        return "";
    if (!folder)
        return std::nullopt;
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
    make_folder(parent_of(key));
    std::string doing = "cannot write " + path(key);
    std::string scratch = path(scratch_key());
    create_file(scratch, file_mode(key), value, doing);
    if (::rename(scratch.c_str(), path(key).c_str()) != 0) {
        int number = errno;
        ::unlink(scratch.c_str());
        throw base::SystemError(doing, number);
    }
    sync_folder(parent_of(key));
}

void FileTree::write_new(const std::string& key, std::string_view value) {
    create_file(path(key), file_mode(key), value, "cannot write " + path(key));
}

void FileTree::make_folder(const std::string& key) {
    if (key.empty() || is_folder(key))
        return;
    make_folder(parent_of(key));
    make_directory(path(key), directory_mode);
    // What lies in tmp/ need not be found again.
    if (!key.starts_with("tmp/"))
        sync_folder(parent_of(key));
}

void FileTree::move_unsynced(const std::string& from, const std::string& to) {
    make_folder(parent_of(to));
    if (::rename(path(from).c_str(), path(to).c_str()) != 0)
        raise_errno("cannot move " + path(from) + " to " + path(to));
}

void FileTree::move(const std::string& from, const std::string& to) {
    move_unsynced(from, to);
    // The new name first: after a power cut it may be found twice, never nowhere.
    sync_folder(parent_of(to));
    if (parent_of(from) != parent_of(to))
        sync_folder(parent_of(from));
}

bool FileTree::exchange(const std::string& one, const std::string& other) {
    if (::renameat2(AT_FDCWD, path(one).c_str(), AT_FDCWD, path(other).c_str(), RENAME_EXCHANGE) ==
        0)
        return true;
    if (errno != EINVAL && errno != ENOSYS)
        raise_errno("cannot exchange " + path(one) + " and " + path(other));
    return false;
}

void FileTree::remove(const std::string& key) {
    if (!exists(key))
        return;
    std::string scratch = take_away(key);
    sync_folder(parent_of(key));
    drop(scratch);
}

// Deleting a folder takes many steps; leaving its place takes one.
std::string FileTree::take_away(const std::string& key) {
    std::string scratch = scratch_key();
    make_folder("tmp");
    if (::rename(path(key).c_str(), path(scratch).c_str()) != 0)
        raise_errno("cannot remove " + path(key));
    return scratch;
}

void FileTree::drop(const std::string& key) {
    std::error_code ignored;
    std::filesystem::remove_all(path(key), ignored);
}

void FileTree::sync_folder(const std::string& key) {
    Descriptor folder(::open(path(key).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    // EINVAL: a file system that has nothing to sync for a directory.
    if (folder.get() < 0 || (::fsync(folder.get()) != 0 && errno != EINVAL))
        raise_errno("cannot sync " + path(key));
}

void make_directories(const std::string& path) {
    make_with_parents(path, directory_mode);
}

}  // namespace md::store

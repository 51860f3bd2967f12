// SPDX-License-Identifier: Apache-2.0
// The calls that are watched, in the place of the C library's: those that change a file or a
// directory, and those that send to the CA. What happens at them is doom.hpp's.
#include "doom.hpp"

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <mutex>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;
using md::test::Change;
using md::test::Doom;
using md::test::exists;
using md::test::plain;

std::atomic<bool> ready{false};
Doom* doom = nullptr;  // never destroyed: threads outlive main()

__attribute__((constructor)) void begin() {
    ::unsetenv("LD_PRELOAD");  // not for the programs that it starts
    doom = new Doom;
    ready = true;
}

// A path made absolute, as the program would see it; "" when there is nothing to watch.
std::string watched(int directory, const char* path) {
    if (!ready || path == nullptr)
        return "";
    std::string whole = path;
    if (whole.empty() || whole.front() != '/') {
        std::error_code error;
        fs::path base = directory == AT_FDCWD
                            ? fs::current_path(error)
                            : fs::read_symlink("/proc/self/fd/" + std::to_string(directory), error);
        whole = (base / whole).string();
    }
    return doom->concerns(whole) ? whole : "";
}

std::string watched(int descriptor) {
    if (!ready)
        return "";
    std::error_code error;
    fs::path path = fs::read_symlink("/proc/self/fd/" + std::to_string(descriptor), error);
    return doom->concerns(path.string()) ? path.string() : "";
}

int failed(int error) {
    errno = error;
    return -1;
}

int do_open(int directory, const char* path, int flags, mode_t mode) {
    std::string whole =
        (flags & O_CREAT) != 0 || (flags & O_TRUNC) != 0 ? watched(directory, path) : "";
    if (whole.empty())
        return static_cast<int>(plain(SYS_openat, directory, path, flags, mode));
    std::lock_guard turn(doom->turn());
    if (int error = doom->meet("create " + whole))
        return failed(error);
    bool is_new = !exists(whole);
    int descriptor = static_cast<int>(plain(SYS_openat, directory, path, flags, mode));
    if (descriptor >= 0 && is_new)
        doom->note(Change::Kind::made, whole);
    return descriptor;
}

mode_t mode_of(int flags, va_list rest) {
    return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
}

// A call on an open file that changes what is in it.
template <typename Perform>
ssize_t do_write(int descriptor, const char* name, std::size_t size, Perform perform) {
    struct stat status {};
    if (!ready || ::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode))
        return perform(size);
    std::string whole = watched(descriptor);
    if (whole.empty())
        return perform(size);
    std::lock_guard turn(doom->turn());
    if (int error = doom->meet(name + std::string(" ") + whole))
        return failed(error);
    doom->note_written(descriptor, status.st_ino);
    return perform(doom->is_short_now() && size > 1 ? size / 2 : size);
}

template <typename Perform>
int do_to(const std::string& whole, const char* name, Perform perform) {
    if (whole.empty())
        return perform();
    std::lock_guard turn(doom->turn());
    if (int error = doom->meet(name + std::string(" ") + whole))
        return failed(error);
    return perform();
}

// A call on an open file that leaves its content alone.
template <typename Perform>
int do_to_open(int descriptor, const char* name, Perform perform) {
    return do_to(watched(descriptor), name, perform);
}

template <typename Perform>
int do_to_path(int directory, const char* path, const char* name, Perform perform) {
    return do_to(watched(directory, path), name, perform);
}

int do_sync(int descriptor, long number) {
    return do_to_open(descriptor, "sync", [&] {
        int result = static_cast<int>(plain(number, descriptor));
        struct stat status {};
        if (result == 0 && ::fstat(descriptor, &status) == 0)
            doom->note_synced(status.st_ino);
        return result;
    });
}

int do_mkdir(int directory, const char* path, mode_t mode) {
    std::string whole = watched(directory, path);
    return do_to_path(directory, path, "mkdir", [&] {
        int result = static_cast<int>(plain(SYS_mkdirat, directory, path, mode));
        if (result == 0 && !whole.empty())
            doom->note(Change::Kind::made, whole);
        return result;
    });
}

int do_remove(int directory, const char* path, int flags) {
    std::string whole = watched(directory, path);
    return do_to_path(directory, path, (flags & AT_REMOVEDIR) != 0 ? "rmdir" : "unlink", [&] {
        std::string kept = whole.empty() ? "" : doom->keep(whole);
        int result = static_cast<int>(plain(SYS_unlinkat, directory, path, flags));
        if (result == 0 && !whole.empty())
            doom->note(Change::Kind::removed, whole, {}, kept, (flags & AT_REMOVEDIR) != 0);
        return result;
    });
}

int do_rename(int from, const char* path, int to, const char* new_path, unsigned flags) {
    std::string former = watched(from, path), whole = watched(to, new_path);
    bool exchange = (flags & RENAME_EXCHANGE) != 0;
    std::string name = (exchange ? "exchange " : "rename ") + former;
    return do_to_path(to, new_path, name.c_str(), [&] {
        std::string kept = exchange || whole.empty() ? "" : doom->keep(whole);
        int result = static_cast<int>(plain(SYS_renameat2, from, path, to, new_path, flags));
        if (result == 0 && !whole.empty())
            doom->note(exchange ? Change::Kind::exchanged : Change::Kind::moved, whole, former,
                       kept);
        return result;
    });
}

// TLS application data (RFC 8446 §5.1): a request, or a part of one.
template <typename Perform>
ssize_t do_send(int descriptor, const void* octets, std::size_t size, Perform perform) {
    constexpr char application_data = 23;
    if (!ready || size == 0 || *static_cast<const char*>(octets) != application_data ||
        !doom->is_ca(descriptor))
        return perform();
    std::lock_guard turn(doom->turn());
    doom->before_message();
    ssize_t sent = perform();
    doom->after_message(descriptor);
    return sent;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    return do_open(AT_FDCWD, path, flags, mode);
}
int open64(const char* path, int flags, ...) __attribute__((alias("open")));
int openat(int directory, const char* path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    return do_open(directory, path, flags, mode);
}
int openat64(int directory, const char* path, int flags, ...) __attribute__((alias("openat")));

ssize_t write(int descriptor, const void* octets, size_t size) {
    return do_write(descriptor, "write", size,
                    [&](size_t part) { return plain(SYS_write, descriptor, octets, part); });
}
ssize_t pwrite(int descriptor, const void* octets, size_t size, off_t at) {
    return do_write(descriptor, "write", size,
                    [&](size_t part) { return plain(SYS_pwrite64, descriptor, octets, part, at); });
}
ssize_t pwrite64(int descriptor, const void* octets, size_t size, off_t at) {
    return pwrite(descriptor, octets, size, at);
}
int ftruncate(int descriptor, off_t size) noexcept {
    return static_cast<int>(do_write(
        descriptor, "truncate", 0, [&](size_t) { return plain(SYS_ftruncate, descriptor, size); }));
}
int ftruncate64(int descriptor, off_t size) noexcept {
    return ftruncate(descriptor, size);
}

int fsync(int descriptor) {
    return do_sync(descriptor, SYS_fsync);
}
int fdatasync(int descriptor) {
    return do_sync(descriptor, SYS_fdatasync);
}

int fchmod(int descriptor, mode_t mode) noexcept {
    return do_to_open(descriptor, "chmod",
                      [&] { return static_cast<int>(plain(SYS_fchmod, descriptor, mode)); });
}
int chmod(const char* path, mode_t mode) noexcept {
    return do_to_path(AT_FDCWD, path, "chmod",
                      [&] { return static_cast<int>(plain(SYS_fchmodat, AT_FDCWD, path, mode)); });
}
int mkdir(const char* path, mode_t mode) noexcept {
    return do_mkdir(AT_FDCWD, path, mode);
}
int mkdirat(int directory, const char* path, mode_t mode) noexcept {
    return do_mkdir(directory, path, mode);
}
int symlinkat(const char* target, int directory, const char* path) noexcept {
    std::string whole = watched(directory, path);
    return do_to(whole, "link", [&] {
        int result = static_cast<int>(plain(SYS_symlinkat, target, directory, path));
        if (result == 0 && !whole.empty())
            doom->note(Change::Kind::made, whole);
        return result;
    });
}
int rename(const char* from, const char* to) noexcept {
    return do_rename(AT_FDCWD, from, AT_FDCWD, to, 0);
}
int renameat(int from, const char* path, int to, const char* new_path) noexcept {
    return do_rename(from, path, to, new_path, 0);
}
int renameat2(int from, const char* path, int to, const char* new_path, unsigned flags) noexcept {
    return do_rename(from, path, to, new_path, flags);
}
int unlink(const char* path) noexcept {
    return do_remove(AT_FDCWD, path, 0);
}
int unlinkat(int directory, const char* path, int flags) noexcept {
    return do_remove(directory, path, flags);
}
int rmdir(const char* path) noexcept {
    return do_remove(AT_FDCWD, path, AT_REMOVEDIR);
}
// The C library has its own ways from here to unlink and rmdir.
int remove(const char* path) noexcept {
    struct stat status {};
    bool is_directory = ::lstat(path, &status) == 0 && S_ISDIR(status.st_mode);
    return do_remove(AT_FDCWD, path, is_directory ? AT_REMOVEDIR : 0);
}

ssize_t send(int descriptor, const void* octets, size_t size, int flags) {
    return do_send(descriptor, octets, size,
                   [&] { return plain(SYS_sendto, descriptor, octets, size, flags, nullptr, 0); });
}
ssize_t sendmsg(int descriptor, const msghdr* message, int flags) {
    const void* octets = message->msg_iovlen > 0 ? message->msg_iov[0].iov_base : nullptr;
    size_t size = octets == nullptr ? 0 : message->msg_iov[0].iov_len;
    return do_send(descriptor, octets, size,
                   [&] { return plain(SYS_sendmsg, descriptor, message, flags); });
}

}  // extern "C"

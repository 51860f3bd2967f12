// SPDX-License-Identifier: Apache-2.0
#include "faults.hpp"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace md::test::faults {
namespace {

std::atomic<bool> armed{false};
std::atomic<unsigned> calls{0};
std::atomic<unsigned> fatal{0};
std::atomic<unsigned> failing{0};
std::atomic<int> failure{0};
std::atomic<bool> lasts{false};
std::atomic<bool> exchange_refused{false};
std::atomic<bool> sync_skipped{false};

void start(unsigned kill, unsigned fail, int error, bool lasting) {
    calls = 0;
    fatal = kill;
    failing = fail;
    failure = error;
    lasts = lasting;
    armed = true;
}

bool spoiled() {
    if (!armed)
        return false;
    unsigned n = ++calls;
    if (n == fatal)
        ::syscall(SYS_kill, ::getpid(), SIGKILL);
    if (n != failing && !(lasts && failing != 0 && n > failing))
        return false;
    errno = failure;
    return true;
}

template <typename... Arguments>
int perform(long number, Arguments... arguments) {
    return spoiled() ? -1 : static_cast<int>(::syscall(number, arguments...));
}

}  // namespace

void count() {
    start(0, 0, 0, false);
}
void fail_at(unsigned n, int error, bool lasting) {
    start(0, n, error, lasting);
}
void kill_at(unsigned n) {
    start(n, 0, 0, false);
}
unsigned stop() {
    armed = false;
    return calls;
}
void refuse_exchange(bool refuse) {
    exchange_refused = refuse;
}
void skip_sync(bool skip) {
    sync_skipped = skip;
}

}  // namespace md::test::faults

using namespace md::test::faults;

extern "C" {

int open(const char* path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    if ((flags & O_CREAT) != 0)
        return perform(SYS_openat, AT_FDCWD, path, flags, mode);
    return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

int openat(int folder, const char* path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    if ((flags & O_CREAT) != 0)
        return perform(SYS_openat, folder, path, flags, mode);
    return static_cast<int>(::syscall(SYS_openat, folder, path, flags, mode));
}

ssize_t write(int descriptor, const void* octets, size_t size) {
    struct stat status {};
    bool to_file = ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
    if (to_file && spoiled())
        return -1;
    return ::syscall(SYS_write, descriptor, octets, size);
}

int fsync(int descriptor) {
    if (!sync_skipped)
        return perform(SYS_fsync, descriptor);
    return spoiled() ? -1 : 0;
}

int fchmod(int descriptor, mode_t mode) noexcept {
    return perform(SYS_fchmod, descriptor, mode);
}

int chmod(const char* path, mode_t mode) noexcept {
    return perform(SYS_fchmodat, AT_FDCWD, path, mode);
}

int mkdir(const char* path, mode_t mode) noexcept {
    return perform(SYS_mkdirat, AT_FDCWD, path, mode);
}

int mkdirat(int folder, const char* path, mode_t mode) noexcept {
    return perform(SYS_mkdirat, folder, path, mode);
}

int symlinkat(const char* target, int folder, const char* path) noexcept {
    return perform(SYS_symlinkat, target, folder, path);
}

int renameat(int from_folder, const char* from, int to_folder, const char* to) noexcept {
    return perform(SYS_renameat2, from_folder, from, to_folder, to, 0);
}

int rename(const char* from, const char* to) noexcept {
    return perform(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to,
              unsigned flags) noexcept {
    if ((flags & RENAME_EXCHANGE) != 0 && exchange_refused) {
        errno = EINVAL;
        return -1;
    }
    return perform(SYS_renameat2, from_folder, from, to_folder, to, flags);
}

int unlink(const char* path) noexcept {
    return perform(SYS_unlinkat, AT_FDCWD, path, 0);
}

int unlinkat(int folder, const char* path, int flags) noexcept {
    return perform(SYS_unlinkat, folder, path, flags);
}

int rmdir(const char* path) noexcept {
    return perform(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR);
}

}  // extern "C"

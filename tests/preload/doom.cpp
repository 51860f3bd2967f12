// SPDX-License-Identifier: Apache-2.0
// Preloaded into a program, the released mdcertd for one: ends it, or has its disk fail, at the
// n-th system call that changes a directory tree, or ends it at the n-th message to a CA. Told by
// the environment (tests/integration/doomed.hpp makes it):
//   MD_DOOM_TREE    the tree; what lies elsewhere is left alone
//   MD_DOOM_CA      the port of the CA on this machine
//   MD_DOOM_LOG     a file that gets a line for each such call and message, in their order
//   MD_DOOM_STASH   an empty directory on the same file system
//   MD_DOOM_CALL    n, of the calls; or MD_DOOM_MESSAGE: n, of the messages
//   MD_DOOM         what happens then: "kill", instead of the call; "power", the same after all
//   that
//                   was not synced is undone; "answer", once the CA's answer to the message has
//                   come; an error's number, which the call gives; "short", a write that comes half
//                   as far, and "no space left" from then on
//   MD_DOOM_WHILE   the error is that of all later calls too, for as long as this file exists
//
// What a power cut leaves is decided as POSIX does, not as some file system is kind enough to: an
// entry of a directory, made, renamed or removed, is there once that directory was synced, and what
// was written into a file once the file was.
#include <arpa/inet.h>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <map>
#include <mutex>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

namespace {

namespace fs = std::filesystem;

std::atomic<bool> ready{false};
thread_local bool undoing = false;  // our own calls are nobody's business

template <typename... Arguments>
long plain(long number, Arguments... arguments) {
    return ::syscall(number, arguments...);
}

std::string setting(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

[[noreturn]] void die() {
    plain(SYS_kill, ::getpid(), SIGKILL);
    while (true)
        ::pause();
}

bool exists(const std::string& path) {
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0;
}

ino_t inode_of(const std::string& path) {
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0 ? status.st_ino : 0;
}

// An entry of a directory that a power cut would take back.
struct Change {
    enum class Kind { made, moved, exchanged, removed } kind;
    ino_t directory;           // synced, and the change is for good
    std::string path, former;  // of moved and exchanged: the new and the old name
    std::string kept;          // what lay at `path` before, in the stash; "" for nothing
    bool was_directory = false;
};

class Doom {
public:
    Doom()
        : tree_(setting("MD_DOOM_TREE")),
          stash_(setting("MD_DOOM_STASH")),
          while_(setting("MD_DOOM_WHILE")),
          how_(setting("MD_DOOM")),
          port_(std::atoi(setting("MD_DOOM_CA").c_str())),
          fatal_call_(std::atol(setting("MD_DOOM_CALL").c_str())),
          fatal_message_(std::atol(setting("MD_DOOM_MESSAGE").c_str())) {
        log_ = static_cast<int>(plain(SYS_openat, AT_FDCWD, setting("MD_DOOM_LOG").c_str(),
                                      O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    }

    std::mutex& turn() { return turn_; }

    bool concerns(const std::string& path) const {
        return path == tree_ || path == fs::path(tree_).parent_path() ||
               path.starts_with(tree_ + "/");
    }

    // Counts a call. 0: it is to be performed; else the error it gives.
    int meet(const std::string& what) {
        ++calls_;
        say(std::to_string(calls_) + " " + what);
        bool now = calls_ == fatal_call_;
        bool later = fatal_call_ > 0 && calls_ > fatal_call_ && !while_.empty();
        if (now && how_ == "kill")
            die();
        if (now && how_ == "power")
            cut_power();
        if ((now || later) && (while_.empty() || exists(while_)) && how_ != "short")
            return std::atoi(how_.c_str());
        if (how_ == "short" && (later || (now && !what.starts_with("write"))) && exists(while_))
            return ENOSPC;
        return 0;
    }
    bool is_short_now() const { return how_ == "short" && calls_ == fatal_call_; }

    // Before and after a message to the CA.
    void before_message() {
        ++messages_;
        say("message " + std::to_string(messages_));
        if (messages_ != fatal_message_)
            return;
        if (how_ == "kill")
            die();
        if (how_ == "power")
            cut_power();
    }
    void after_message(int descriptor) {
        if (messages_ != fatal_message_ || how_ != "answer")
            return;
        pollfd answer{descriptor, POLLIN, 0};
        ::poll(&answer, 1, 10'000);
        die();
    }
    bool is_ca(int descriptor) const {
        sockaddr_in6 peer{};
        socklen_t size = sizeof peer;
        if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &size) != 0 ||
            (peer.sin6_family != AF_INET && peer.sin6_family != AF_INET6))
            return false;
        return ntohs(peer.sin6_port) == port_;  // at the same place in both families
    }

    // What is about to be replaced or removed comes to the stash as well.
    std::string keep(const std::string& path) {
        struct stat status {};
        if (::lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode))
            return "";
        std::string kept = stash_ + "/" + std::to_string(++kept_);
        return ::link(path.c_str(), kept.c_str()) == 0 ? kept : "";
    }
    void note(Change::Kind kind, const std::string& path, std::string former = {},
              std::string kept = {}, bool was_directory = false) {
        ino_t directory = inode_of(fs::path(path).parent_path());
        changes_.push_back(
            {kind, directory, path, std::move(former), std::move(kept), was_directory});
    }
    void note_written(int descriptor, ino_t inode) {
        if (!unsynced_.contains(inode))
            unsynced_[inode] = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    }
    void note_synced(ino_t inode) {
        std::erase_if(changes_,
                      [inode](const Change& change) { return change.directory == inode; });
        auto written = unsynced_.find(inode);
        if (written == unsynced_.end())
            return;
        plain(SYS_close, written->second);
        unsynced_.erase(written);
    }

private:
    void say(const std::string& line) const {
        std::string text = line + "\n";
        plain(SYS_write, log_, text.data(), text.size());
    }

    [[noreturn]] void cut_power() {
        undoing = true;
        for (const auto& [inode, descriptor] : unsynced_)
            plain(SYS_ftruncate, descriptor, 0);
        for (auto change = changes_.rbegin(); change != changes_.rend(); ++change)
            undo(*change);
        die();
    }

    static void undo(const Change& change) {
        std::error_code ignored;
        switch (change.kind) {
            case Change::Kind::made:
                fs::remove_all(change.path, ignored);  // durable in a directory that is not: lost
                return;
            case Change::Kind::moved:
                fs::rename(change.path, change.former, ignored);
                if (!change.kept.empty())
                    fs::rename(change.kept, change.path, ignored);
                return;
            case Change::Kind::exchanged:
                plain(SYS_renameat2, AT_FDCWD, change.path.c_str(), AT_FDCWD, change.former.c_str(),
                      RENAME_EXCHANGE);
                return;
            case Change::Kind::removed:
                if (change.was_directory)
                    fs::create_directory(change.path, ignored);
                else if (!change.kept.empty())
                    fs::rename(change.kept, change.path, ignored);
        }
    }

    std::mutex turn_;
    std::string tree_, stash_, while_, how_;
    int port_, log_ = -1;
    long fatal_call_, fatal_message_, calls_ = 0, messages_ = 0;
    unsigned kept_ = 0;
    std::vector<Change> changes_;
    std::map<ino_t, int> unsynced_;
};

Doom* doom = nullptr;  // never destroyed: threads outlive main()

__attribute__((constructor)) void begin() {
    ::unsetenv("LD_PRELOAD");  // not for the programs that it starts
    doom = new Doom;
    ready = true;
}

// A path made absolute, as the program would see it; "" when there is nothing to watch.
std::string watched(int directory, const char* path) {
    if (!ready || undoing || path == nullptr)
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
    if (!ready || undoing)
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
    if (!ready || undoing || ::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode))
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

// A call on an open file that leaves its content alone.
template <typename Perform>
int do_to_open(int descriptor, const char* name, Perform perform) {
    std::string whole = watched(descriptor);
    if (whole.empty())
        return perform();
    std::lock_guard turn(doom->turn());
    if (int error = doom->meet(name + std::string(" ") + whole))
        return failed(error);
    return perform();
}

template <typename Perform>
int do_to_path(int directory, const char* path, const char* name, Perform perform) {
    std::string whole = watched(directory, path);
    if (whole.empty())
        return perform();
    std::lock_guard turn(doom->turn());
    if (int error = doom->meet(name + std::string(" ") + whole))
        return failed(error);
    return perform();
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

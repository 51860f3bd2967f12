// SPDX-License-Identifier: Apache-2.0
#include "store/lease.hpp"

#include "store/file_tree.hpp"
#include "store/layout.hpp"
#include "store/trust.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace md::store {
namespace {

constexpr std::string_view daemon_prefix = "the mdcertd daemon, ";

std::string holder(int descriptor) {
    std::array<char, 256> text{};
    ssize_t count = ::pread(descriptor, text.data(), text.size(), 0);
    std::string name;
    for (ssize_t i = 0; i < count && text[static_cast<std::size_t>(i)] != '\n'; ++i) {
        char c = text[static_cast<std::size_t>(i)];
        name += c >= ' ' && c < 127 ? c : '?';
    }
    return name.empty() ? "another process" : name;
}

std::string advice_about(const std::string& holder) {
    return is_daemon(holder)
               ? ": it does what is due by itself, and 'mdcertd renew NAME' asks it; for anything "
                 "else end it first ('systemctl stop mdcertd')"
               : ": wait until that has ended";
}

}  // namespace

Lease::~Lease() {
    if (descriptor_ < 0)
        return;
    // An empty file tells a person that nobody has it. Only the lock itself counts.
    [[maybe_unused]] int ignored = ::ftruncate(descriptor_, 0);
    ::close(descriptor_);
}

bool Lease::is_in_place(const std::string& directory) const {
    std::string path = directory + "/" + std::string(lock_key);
    struct stat mine {
    }, there{};
    return ::fstat(descriptor_, &mine) == 0 && ::stat(path.c_str(), &there) == 0 &&
           mine.st_dev == there.st_dev && mine.st_ino == there.st_ino;
}

std::string this_owner() {
    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) != 0)
        host = {"this host"};
    return "process " + std::to_string(::getpid()) + " on " + host.data();
}

std::string this_daemon() {
    return std::string(daemon_prefix) + this_owner();
}

std::string this_command(const std::string& command) {
    return "'mdcertd " + command + "', " + this_owner();
}

bool is_daemon(std::string_view holder) {
    return holder.starts_with(daemon_prefix);
}

std::optional<std::string> lease_holder(const std::string& directory) {
    std::string path = directory + "/" + std::string(lock_key);
    int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return std::nullopt;
    struct flock whole_file {};
    whole_file.l_type = F_WRLCK;
    whole_file.l_whence = SEEK_SET;
    bool is_held =
        ::fcntl(descriptor, F_OFD_GETLK, &whole_file) == 0 && whole_file.l_type != F_UNLCK;
    std::string who = is_held ? holder(descriptor) : "";
    ::close(descriptor);
    return is_held ? std::optional(std::move(who)) : std::nullopt;
}

Lease acquire_lease(const std::string& directory, const std::string& owner) {
    require_own_place(directory);
    make_directories(directory);
    std::string path = directory + "/" + std::string(lock_key);
    Lease lease(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (lease.descriptor_ < 0)
        base::raise_errno("cannot lock " + path);
    struct flock whole_file {};
    whole_file.l_type = F_WRLCK;
    whole_file.l_whence = SEEK_SET;
    // An open file description lock: unlike a POSIX lock it is not lost when some other descriptor
    // of the file is closed, and it still excludes mod_md's POSIX lock.
    if (::fcntl(lease.descriptor_, F_OFD_SETLK, &whole_file) != 0) {
        int number = errno;
        std::string who = holder(lease.descriptor_);
        ::close(std::exchange(lease.descriptor_, -1));
        if (number == EAGAIN || number == EACCES)
            throw LeaseHeld("the store " + directory + " is in use by " + who + advice_about(who));
        throw base::SystemError("cannot lock " + path, number);
    }
    std::string line = owner + "\n";
    if (::ftruncate(lease.descriptor_, 0) != 0 ||
        ::pwrite(lease.descriptor_, line.data(), line.size(), 0) < 0)
        base::raise_errno("cannot write " + path);
    return lease;
}

}  // namespace md::store

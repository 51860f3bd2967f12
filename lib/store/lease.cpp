// SPDX-License-Identifier: Apache-2.0
#include "store/lease.hpp"

#include "base/log.hpp"
#include "store/file_tree.hpp"
#include "store/layout.hpp"
#include "store/trust.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

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

// Of one process: no other's lease of this store is there as well.
std::string new_token() {
    static unsigned count = 0;
    return std::to_string(++count);
}

base::Descriptor locked(const std::string& directory, const std::string& owner) {
    require_own_place(directory);
    make_directories(directory);
    std::string path = directory + "/" + std::string(lock_key);
    base::Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file)
        base::raise_errno("cannot lock " + path);
    struct flock whole_file {};
    whole_file.l_type = F_WRLCK;
    whole_file.l_whence = SEEK_SET;
    // An open file description lock: unlike a POSIX lock it is not lost when some other descriptor
    // of the file is closed, and it still excludes mod_md's POSIX lock.
    if (::fcntl(file.get(), F_OFD_SETLK, &whole_file) != 0) {
        int number = errno;
        std::string who = holder(file.get());
        if (number == EAGAIN || number == EACCES)
            throw LeaseHeld("the store " + directory + " is in use by " + who + advice_about(who));
        throw base::SystemError("cannot lock " + path, number);
    }
    std::string line = owner + "\n";
    if (::ftruncate(file.get(), 0) != 0 || ::pwrite(file.get(), line.data(), line.size(), 0) < 0)
        base::raise_errno("cannot write " + path);
    return file;
}

}  // namespace

FileLease::FileLease(std::string directory, std::string owner)
    : directory_(std::move(directory)),
      owner_(std::move(owner)),
      token_(new_token()),
      file_(locked(directory_, owner_)) {
    // As FileStore has it: a link that is changed later leads to another store.
    directory_ = std::filesystem::canonical(directory_);
}

FileLease::~FileLease() {
    if (!file_)
        return;
    // An empty file tells a person that nobody has it. Only the lock itself counts.
    [[maybe_unused]] int ignored = ::ftruncate(file_.get(), 0);
}

bool FileLease::is_in_place() const {
    std::string path = directory_ + "/" + std::string(lock_key);
    struct stat mine {
    }, there{};
    return ::fstat(file_.get(), &mine) == 0 && ::stat(path.c_str(), &there) == 0 &&
           mine.st_dev == there.st_dev && mine.st_ino == there.st_ino;
}

void FileLease::take_again() {
    if (is_in_place())
        return;
    file_ = locked(directory_, owner_);
    was_gone_ = true;
    log::warn("the lock of the store was gone and is taken again", log::kv("path", directory_));
}

bool FileLease::keep() {
    take_again();
    return std::exchange(was_gone_, false);
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

FileLease acquire_lease(const std::string& directory, const std::string& owner) {
    return FileLease(directory, owner);
}

}  // namespace md::store

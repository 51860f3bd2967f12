// SPDX-License-Identifier: Apache-2.0
// Nobody can connect between bind and listen, so the socket never shows another mode.
#include "server/unix_socket.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace md::server {
namespace {

constexpr mode_t mode = S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP;

std::string folder_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == 0 ? "/" : path.substr(0, slash);
}

// In a folder with the sticky bit, what is another's cannot be renamed or removed; that helps what
// lies in it, not what is yet to be made.
std::string reason_unsafe(const std::string& folder, bool is_parent_of_ours) {
    struct stat status {};
    if (::stat(folder.c_str(), &status) != 0)
        return folder + ": " + std::strerror(errno);
    if (status.st_uid != 0 && status.st_uid != ::geteuid())
        return folder + " belongs to another user";
    const bool is_sticky = (status.st_mode & S_ISVTX) != 0 && !is_parent_of_ours;
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0 && !is_sticky)
        return "others may write to " + folder;
    return {};
}

// connect() would tell as well, but wake a service that systemd starts on demand.
bool is_listened_at(const std::string& path) {
    std::ifstream sockets("/proc/self/net/unix");
    if (!sockets)
        return true;  // rather than taking it from one that lives
    for (std::string line; std::getline(sockets, line);)
        if (line.ends_with(" " + path))
            return true;
    return false;
}

bool is_socket(const std::string& path) {
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode);
}

// True when the socket is bound.
bool bind_at(int descriptor, const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return false;
    }
    std::memcpy(address.sun_path, path.data(), path.size());
    const auto* name = reinterpret_cast<const sockaddr*>(&address);
    if (::bind(descriptor, name, sizeof address) == 0)
        return true;
    if (errno != EADDRINUSE || !is_socket(path) || is_listened_at(path))
        return false;
    return ::unlink(path.c_str()) == 0 && ::bind(descriptor, name, sizeof address) == 0;
}

// That the group cannot be given is no failure: the administrator may have given the folder an ACL.
bool give_to_group(const std::string& path) {
    struct stat folder {};
    if (::stat(folder_of(path).c_str(), &folder) == 0 &&
        ::lchown(path.c_str(), static_cast<uid_t>(-1), folder.st_gid) != 0 && errno != EPERM)
        return false;
    return ::chmod(path.c_str(), mode) == 0;
}

}  // namespace

std::string replaceable_by_others(const std::string& path) {
    std::string folder = folder_of(path);
    std::string reason = reason_unsafe(folder, true);
    while (reason.empty() && folder != "/") {
        folder = folder_of(folder);
        reason = reason_unsafe(folder, false);
    }
    return reason;
}

int listen_at(const std::string& path, std::string& reason) {
    reason = replaceable_by_others(path);
    if (!reason.empty())
        return -1;
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor >= 0 && bind_at(descriptor, path)) {
        if (give_to_group(path) && ::listen(descriptor, SOMAXCONN) == 0)
            return descriptor;
        reason = std::strerror(errno);
        ::unlink(path.c_str());
    } else {
        reason = std::strerror(errno);
    }
    if (descriptor >= 0)
        ::close(descriptor);
    return -1;
}

}  // namespace md::server

// SPDX-License-Identifier: Apache-2.0
#include "server/socket_file.hpp"

#include "base/error.hpp"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace md::server {
namespace {

sockaddr_un address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof(address.sun_path))
        throw base::Error("the control socket's path is longer than " +
                          std::to_string(sizeof(address.sun_path) - 1) + " characters: " + path +
                          ": use a shorter ServerRoot");
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

int new_socket() {
    int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        base::raise_errno("cannot make a control socket");
    return fd;
}

class Closing {
public:
    explicit Closing(int fd) : fd_(fd) {}
    Closing(const Closing&) = delete;
    Closing& operator=(const Closing&) = delete;
    ~Closing() {
        if (fd_ >= 0)
            ::close(fd_);
    }
    int get() const { return fd_; }
    int release() { return std::exchange(fd_, -1); }

private:
    int fd_;
};

// What stands at the path may be replaced: nothing, or the socket of a dead daemon.
void require_replaceable(const std::string& path) {
    struct stat found {};
    if (::lstat(path.c_str(), &found) != 0) {
        if (errno == ENOENT)
            return;
        base::raise_errno("cannot look at " + path);
    }
    if (!S_ISSOCK(found.st_mode))
        throw base::Error(path + " is in the way of the control socket: it is not a socket");
    Closing probe(connect_to(path));
    // EAGAIN: its queue is full, so it lives.
    if (probe.get() >= 0 || errno == EAGAIN)
        throw base::Error("another mdcertd answers at " + path);
    if (!means_nobody(errno))
        base::raise_errno("cannot tell whether a daemon lives behind " + path);
}

// rename() and not bind() takes the final name, so the path never shows a socket of another mode.
void put_in_place(int fd, const std::string& path) {
    std::string private_path = path + "." + std::to_string(::getpid());
    sockaddr_un address = address_of(private_path);
    ::unlink(private_path.c_str());
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
        base::raise_errno("cannot make the control socket " + private_path);
    // Before listen() every connect is refused, so there is no moment of a wider mode.
    if (::chmod(private_path.c_str(), 0600) != 0 || ::listen(fd, SOMAXCONN) != 0 ||
        ::rename(private_path.c_str(), path.c_str()) != 0) {
        int error = errno;
        ::unlink(private_path.c_str());
        throw base::SystemError("cannot put the control socket at " + path, error);
    }
}

}  // namespace

int connect_to(const std::string& path) {
    sockaddr_un address = address_of(path);
    Closing fd(new_socket());
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
        return -1;
    return fd.release();
}

bool means_nobody(int error) {
    return error == ENOENT || error == ECONNREFUSED || error == ENOTDIR;
}

SocketFile::SocketFile(std::string path) : path_(std::move(path)) {
    require_replaceable(path_);
    Closing fd(new_socket());
    put_in_place(fd.get(), path_);
    struct stat mine {};
    if (::lstat(path_.c_str(), &mine) == 0) {
        device_ = mine.st_dev;
        inode_ = mine.st_ino;
    }
    fd_ = fd.release();
}

SocketFile::~SocketFile() {
    struct stat found {};
    if (::lstat(path_.c_str(), &found) == 0 && found.st_dev == device_ && found.st_ino == inode_)
        ::unlink(path_.c_str());
    if (fd_ >= 0)
        ::close(fd_);
}

int SocketFile::release() {
    return std::exchange(fd_, -1);
}

}  // namespace md::server

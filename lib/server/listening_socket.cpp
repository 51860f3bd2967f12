// SPDX-License-Identifier: Apache-2.0
// socket, bind, listen, accept4; a Unix socket is bound in unix_socket.cpp.
#include "server/listening_socket.hpp"

#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace md::server {
namespace {

bool set_option(int descriptor, int level, int option, int value) {
    return ::setsockopt(descriptor, level, option, &value, sizeof value) == 0;
}

int option_of(int descriptor, int level, int option) {
    int value = 0;
    socklen_t size = sizeof value;
    return ::getsockopt(descriptor, level, option, &value, &size) == 0 ? value : -1;
}

}  // namespace

bool machine_has_family(bool v6) {
    const ListeningSocket::Endpoint loopback(
        boost::asio::ip::make_address(v6 ? "::1" : "127.0.0.1"), 0);
    const int descriptor = ::socket(loopback.data()->sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return errno != EAFNOSUPPORT;
    const bool is_absent =
        ::bind(descriptor, loopback.data(), static_cast<socklen_t>(loopback.size())) != 0 &&
        errno == EADDRNOTAVAIL;
    ::close(descriptor);
    return !is_absent;
}

std::optional<ListeningSocket> ListeningSocket::open(const Endpoint& endpoint, int& error) {
    bool v6 = endpoint.address().is_v6();
    ListeningSocket result(
        ::socket(endpoint.data()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    int descriptor = result.descriptor_;
    // TCP_NODELAY is inherited by what is accepted: one call less for each connection.
    bool opened =
        descriptor >= 0 && set_option(descriptor, SOL_SOCKET, SO_REUSEADDR, 1) &&
        set_option(descriptor, IPPROTO_TCP, TCP_NODELAY, 1) &&
        (!v6 || set_option(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, 1)) &&
        ::bind(descriptor, endpoint.data(), static_cast<socklen_t>(endpoint.size())) == 0 &&
        ::listen(descriptor, SOMAXCONN) == 0 && result.describe();
    error = opened ? 0 : errno;
    if (!opened)
        return std::nullopt;
    return result;
}

std::optional<ListeningSocket> ListeningSocket::adopt(int descriptor) {
    ListeningSocket result(descriptor);
    if (option_of(descriptor, SOL_SOCKET, SO_TYPE) != SOCK_STREAM ||
        option_of(descriptor, SOL_SOCKET, SO_ACCEPTCONN) != 1 || !result.describe())
        return std::nullopt;
    ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
    if (result.path_.empty())
        set_option(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
    result.adopted_ = true;
    return result;
}

std::optional<ListeningSocket> ListeningSocket::own_unix(int descriptor, int& error) {
    ListeningSocket result(descriptor);
    struct stat found {};
    if (!result.describe() || ::lstat(result.path_.c_str(), &found) != 0) {
        error = errno;
        return std::nullopt;
    }
    result.inode_ = found.st_ino;
    return result;
}

bool ListeningSocket::describe() {
    socklen_t size = static_cast<socklen_t>(local_.capacity());
    if (::getsockname(descriptor_, local_.data(), &size) != 0)
        return false;
    int family = local_.data()->sa_family;
    if (family == AF_UNIX)
        return describe_unix();
    if (family != AF_INET && family != AF_INET6)
        return false;
    local_.resize(size);
    dual_stack_ = family == AF_INET6 && local_.address().is_unspecified() &&
                  option_of(descriptor_, IPPROTO_IPV6, IPV6_V6ONLY) == 0;
    return true;
}

// One without a name, or in the abstract name space, is none that anybody is told of.
bool ListeningSocket::describe_unix() {
    sockaddr_un address{};
    socklen_t size = sizeof address;
    if (::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        return false;
    local_ = {};
    if (size > offsetof(sockaddr_un, sun_path) && address.sun_path[0] != '\0')
        path_.assign(address.sun_path,
                     ::strnlen(address.sun_path, size - offsetof(sockaddr_un, sun_path)));
    return !path_.empty();
}

bool ListeningSocket::fits(const WantedSocket& wanted) const {
    if (path_.empty() || wanted.path.empty()) {
        bool is_family = local_.address().is_v6() == wanted.address.is_v6();
        return path_.empty() && wanted.path.empty() && local_.port() == wanted.port &&
               (is_family || dual_stack_);
    }
    struct stat mine {
    }, other{};
    return path_ == wanted.path ||
           (::stat(path_.c_str(), &mine) == 0 && ::stat(wanted.path.c_str(), &other) == 0 &&
            mine.st_dev == other.st_dev && mine.st_ino == other.st_ino);
}

int ListeningSocket::accept(Endpoint& peer) const {
    // What connects to a Unix socket has no address.
    if (!path_.empty())
        return ::accept4(descriptor_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    socklen_t size = static_cast<socklen_t>(peer.capacity());
    int accepted = ::accept4(descriptor_, peer.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted >= 0)
        peer.resize(size);
    return accepted;
}

ListeningSocket::ListeningSocket(ListeningSocket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      local_(other.local_),
      path_(std::move(other.path_)),
      inode_(std::exchange(other.inode_, 0)),
      dual_stack_(other.dual_stack_),
      adopted_(other.adopted_) {}

ListeningSocket& ListeningSocket::operator=(ListeningSocket&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(path_, other.path_);
    std::swap(inode_, other.inode_);
    local_ = other.local_;
    dual_stack_ = other.dual_stack_;
    adopted_ = other.adopted_;
    return *this;
}

ListeningSocket::~ListeningSocket() {
    if (descriptor_ < 0)
        return;
    if (inode_ != 0)
        remove_file();
    ::close(descriptor_);
}

// Unless another one has been put there. Who became another user may not be allowed to; then the
// next start replaces it.
void ListeningSocket::remove_file() const {
    struct stat found {};
    if (::lstat(path_.c_str(), &found) == 0 && found.st_ino == inode_)
        ::unlink(path_.c_str());
}

}  // namespace md::server

// SPDX-License-Identifier: Apache-2.0
// socket, bind, listen, accept4.
#include "responder/listening_socket.hpp"

#include <cerrno>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace md::responder {
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
    set_option(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
    result.adopted_ = true;
    return result;
}

bool ListeningSocket::describe() {
    socklen_t size = static_cast<socklen_t>(local_.capacity());
    if (::getsockname(descriptor_, local_.data(), &size) != 0)
        return false;
    int family = local_.data()->sa_family;
    if (family != AF_INET && family != AF_INET6)
        return false;
    local_.resize(size);
    dual_stack_ = family == AF_INET6 && local_.address().is_unspecified() &&
                  option_of(descriptor_, IPPROTO_IPV6, IPV6_V6ONLY) == 0;
    return true;
}

int ListeningSocket::accept(Endpoint& peer) const {
    socklen_t size = static_cast<socklen_t>(peer.capacity());
    int accepted = ::accept4(descriptor_, peer.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted >= 0)
        peer.resize(size);
    return accepted;
}

ListeningSocket::ListeningSocket(ListeningSocket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      local_(other.local_),
      dual_stack_(other.dual_stack_),
      adopted_(other.adopted_) {}

ListeningSocket& ListeningSocket::operator=(ListeningSocket&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    local_ = other.local_;
    dual_stack_ = other.dual_stack_;
    adopted_ = other.adopted_;
    return *this;
}

ListeningSocket::~ListeningSocket() {
    if (descriptor_ >= 0)
        ::close(descriptor_);
}

}  // namespace md::responder

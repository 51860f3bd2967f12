// SPDX-License-Identifier: Apache-2.0
#include "support/ports.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

namespace md::test {
namespace {

int new_socket(int family) {
    const int socket = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    if (socket < 0 || setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0)
        throw std::runtime_error("no socket");
    return socket;
}

// Binds to a port the kernel picks and says which.
template <typename Address>
std::uint16_t bind_any(int socket, Address address, in_port_t Address::*port) {
    socklen_t size = sizeof address;
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    if (bind(socket, plain, size) != 0 || getsockname(socket, plain, &size) != 0)
        throw std::runtime_error("no free port");
    return ntohs(address.*port);
}

}  // namespace

ReservedPort::ReservedPort(const char* address) {
    sockaddr_in v4{};
    sockaddr_in6 v6{};
    v4.sin_family = AF_INET;
    v6.sin6_family = AF_INET6;
    if (inet_pton(AF_INET, address, &v4.sin_addr) == 1) {
        socket_ = new_socket(AF_INET);
        port_ = bind_any(socket_, v4, &sockaddr_in::sin_port);
    } else if (inet_pton(AF_INET6, address, &v6.sin6_addr) == 1) {
        socket_ = new_socket(AF_INET6);
        port_ = bind_any(socket_, v6, &sockaddr_in6::sin6_port);
    } else {
        throw std::runtime_error(std::string("no address: ") + address);
    }
}

ReservedPort::~ReservedPort() {
    release();
}

void ReservedPort::occupy() {
    if (listen(socket_, 1) != 0)
        throw std::runtime_error("cannot listen on port " + std::to_string(port_));
}

void ReservedPort::release() {
    if (socket_ >= 0)
        close(std::exchange(socket_, -1));
}

bool port_answers(std::uint16_t port) {
    const int socket = new_socket(AF_INET);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool answers =
        connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    close(socket);
    return answers;
}

}  // namespace md::test

// SPDX-License-Identifier: Apache-2.0
#include "service_manager.hpp"

#include <array>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace md::test {
namespace {

// Above what a shell uses for itself.
int moved_up(int descriptor) {
    const int moved = fcntl(descriptor, F_DUPFD, 20);
    close(descriptor);
    return moved;
}

}  // namespace

ServiceManager::ServiceManager(Names names) : address_((scratch_ / "notify").string()) {
    if (names == Names::abstract)
        address_[0] = '@';
    sockaddr_un here{};
    here.sun_family = AF_UNIX;
    std::memcpy(here.sun_path, address_.data(), address_.size());
    if (names == Names::abstract)
        here.sun_path[0] = '\0';
    socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
    if (bind(socket_, reinterpret_cast<const sockaddr*>(&here), size) != 0)
        throw std::runtime_error("cannot bind " + address_);
}

ServiceManager::~ServiceManager() {
    close(socket_);
}

std::map<std::string, std::string> ServiceManager::environment() const {
    return {{"NOTIFY_SOCKET", address_}};
}

bool ServiceManager::receive(milliseconds limit) {
    pollfd ready{socket_, POLLIN, 0};
    if (limit <= milliseconds{0} || poll(&ready, 1, static_cast<int>(limit.count())) <= 0)
        return false;
    std::array<char, 4096> message;
    const ssize_t size = recv(socket_, message.data(), message.size(), 0);
    heard_.emplace_back(message.data(), size < 0 ? 0 : static_cast<std::size_t>(size));
    return true;
}

bool ServiceManager::hears(const std::string& text, milliseconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    for (std::size_t next = 0;;) {
        for (; next < heard_.size(); ++next)
            if (heard_[next].find(text) != std::string::npos)
                return true;
        const auto left = deadline - std::chrono::steady_clock::now();
        if (!receive(std::chrono::ceil<milliseconds>(left)))
            return false;
    }
}

PassedSocket::PassedSocket(std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    const int on = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    if (bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        listen(socket, SOMAXCONN) != 0)
        throw std::runtime_error("cannot listen on port " + std::to_string(port));
    descriptor_ = moved_up(socket);
}

PassedSocket::~PassedSocket() {
    close(descriptor_);
}

std::vector<std::string> passing(const PassedSocket& one, const PassedSocket& other) {
    const std::string first = std::to_string(one.descriptor());
    const std::string second = std::to_string(other.descriptor());
    return {"bash", "-c",
            "LISTEN_PID=$$ LISTEN_FDS=2 LISTEN_FDNAMES=a:b exec \"$@\" 3<&" + first + " 4<&" +
                second + " " + first + "<&- " + second + "<&-",
            "passing"};
}

}  // namespace md::test

// SPDX-License-Identifier: Apache-2.0
// TCP ports of 127.0.0.1 that the kernel picked.
#pragma once

#include <cstdint>
#include <utility>

namespace md::test {

// A port kept for a server that will come, or that may come and go. The socket is bound and does
// not listen: the kernel gives the port to nobody else, while a server that sets SO_REUSEADDR, as
// servers do, can listen on it.
class ReservedPort {
public:
    explicit ReservedPort(const char* address = "127.0.0.1");
    ~ReservedPort();
    ReservedPort(ReservedPort&& other) noexcept
        : socket_(std::exchange(other.socket_, -1)), port_(other.port_) {}
    ReservedPort& operator=(ReservedPort&&) = delete;

    std::uint16_t number() const { return port_; }

    // Listens: from now on whoever wants the port finds it in use, until release().
    void occupy();
    void release();

private:
    int socket_;
    std::uint16_t port_ = 0;
};

// True when somebody accepts connections there.
bool port_answers(std::uint16_t port);

}  // namespace md::test

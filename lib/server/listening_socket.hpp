// SPDX-License-Identifier: Apache-2.0
// Listening sockets, TCP and Unix, by the system's calls: close-on-exec from their first moment, so
// that no hook inherits one, and described well enough to tell whether one that was passed to us
// fits.
#pragma once

#include "server/wanted_socket.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <optional>
#include <string>
#include <sys/types.h>

namespace md::server {

class ListeningSocket {
public:
    using Endpoint = boost::asio::ip::tcp::endpoint;

    // nullopt: `error` is the errno of what failed.
    static std::optional<ListeningSocket> open(const Endpoint& endpoint, int& error);
    // Takes ownership of a Unix socket that listens at the path, and removes the file in the end.
    static std::optional<ListeningSocket> own_unix(int descriptor, int& error);
    // One that was opened by somebody else; nullopt when it is no listening stream socket of TCP or
    // with a path. Owns the descriptor in any case.
    static std::optional<ListeningSocket> adopt(int descriptor);

    ListeningSocket(ListeningSocket&& other) noexcept;
    ListeningSocket& operator=(ListeningSocket&& other) noexcept;
    ~ListeningSocket();

    // Of TCP; port 0 for a Unix socket.
    const Endpoint& local() const { return local_; }
    // Of a Unix socket; "" for TCP.
    const std::string& path() const { return path_; }
    std::string text() const { return path_.empty() ? text_of(local_) : "unix:" + path_; }
    // [::] that takes IPv4 too.
    bool dual_stack() const { return dual_stack_; }
    bool adopted() const { return adopted_; }
    // Whether it serves what is wanted: the same port and family, whatever the address, or the same
    // file by any of its names.
    bool fits(const WantedSocket& wanted) const;
    int descriptor() const { return descriptor_; }

    // The next connection and where it comes from (left alone by a Unix socket), or -1 with errno.
    int accept(Endpoint& peer) const;

private:
    explicit ListeningSocket(int descriptor) : descriptor_(descriptor) {}
    bool describe();
    bool describe_unix();
    void remove_file() const;

    int descriptor_ = -1;
    Endpoint local_;
    std::string path_;
    ino_t inode_ = 0;  // of the file at the path, when it is ours
    bool dual_stack_ = false;
    bool adopted_ = false;
};

// Whether this machine has IPv6, or IPv4: loopback has an address of it. Found out by bind(2),
// since getifaddrs(3) wants a netlink socket, which mdcertd.service does not allow.
bool machine_has_family(bool v6);

}  // namespace md::server

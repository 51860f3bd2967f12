// SPDX-License-Identifier: Apache-2.0
// Listening TCP sockets by the system's calls: close-on-exec from their first moment, so that no
// hook inherits one, and described well enough to tell whether one that was passed to us fits.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <optional>

namespace md::responder {

class ListeningSocket {
public:
    using Endpoint = boost::asio::ip::tcp::endpoint;

    // nullopt: `error` is the errno of what failed.
    static std::optional<ListeningSocket> open(const Endpoint& endpoint, int& error);
    // One that was opened by somebody else; nullopt when it is not a listening TCP socket. Owns the
    // descriptor in any case.
    static std::optional<ListeningSocket> adopt(int descriptor);

    ListeningSocket(ListeningSocket&& other) noexcept;
    ListeningSocket& operator=(ListeningSocket&& other) noexcept;
    ~ListeningSocket();

    const Endpoint& local() const { return local_; }
    // [::] that takes IPv4 too.
    bool dual_stack() const { return dual_stack_; }
    bool adopted() const { return adopted_; }
    int descriptor() const { return descriptor_; }

    // The next connection and where it comes from, or -1 with errno.
    int accept(Endpoint& peer) const;

private:
    explicit ListeningSocket(int descriptor) : descriptor_(descriptor) {}
    bool describe();

    int descriptor_ = -1;
    Endpoint local_;
    bool dual_stack_ = false;
    bool adopted_ = false;
};

}  // namespace md::responder

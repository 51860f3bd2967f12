// SPDX-License-Identifier: Apache-2.0
// A listening socket at work: accepts connections and starts a session for each.
#pragma once

#include "base/task.hpp"
#include "server/listening_socket.hpp"
#include "server/service.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <memory>
#include <optional>

namespace md::server {

class Acceptor {
public:
    // The service outlives it.
    Acceptor(Service& service, ListeningSocket socket, bool over_tls);
    ~Acceptor();
    Acceptor(const Acceptor&) = delete;
    Acceptor& operator=(const Acceptor&) = delete;

    // Accepts until it is closed: a child of the service.
    static base::Task<void> run(std::shared_ptr<Acceptor> acceptor);
    // Nothing is accepted any more. The socket, for another use or to be closed.
    ListeningSocket close();

    const ListeningSocket& socket() const { return *socket_; }
    bool over_tls() const { return over_tls_; }

private:
    base::Task<void> accept_waiting();
    void start_session(int descriptor, const ListeningSocket::Endpoint& peer);

    Service& service_;
    std::optional<ListeningSocket> socket_;
    base::asio::posix::stream_descriptor readiness_;  // of the socket's descriptor; not its owner
    base::asio::steady_timer pause_;
    bool over_tls_;
    bool out_of_descriptors_ = false;
};

}  // namespace md::server

// SPDX-License-Identifier: Apache-2.0
// A listening socket at work: takes in whoever comes and starts a conversation with each.
#pragma once

#include "base/task.hpp"
#include "responder/listening_socket.hpp"
#include "responder/reception.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <memory>
#include <optional>

namespace md::responder {

class Door : public std::enable_shared_from_this<Door> {
public:
    Door(std::shared_ptr<Reception> reception, ListeningSocket socket, bool over_tls);

    ~Door();
    Door(const Door&) = delete;
    Door& operator=(const Door&) = delete;

    // Accepts until it is closed.
    void open();
    // Nobody is let in any more. The socket, for another use or to be closed.
    ListeningSocket close();

    const ListeningSocket& socket() const { return *socket_; }
    bool over_tls() const { return over_tls_; }

private:
    static base::Task<void> accept_all(std::shared_ptr<Door> door);
    base::Task<void> accept_waiting();
    void welcome(int descriptor, const ListeningSocket::Endpoint& peer);

    std::shared_ptr<Reception> reception_;
    std::optional<ListeningSocket> socket_;
    base::asio::posix::stream_descriptor readiness_;  // of the socket's descriptor; not its owner
    base::asio::steady_timer pause_;
    bool over_tls_;
    bool out_of_descriptors_ = false;
};

}  // namespace md::responder

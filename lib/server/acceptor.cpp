// SPDX-License-Identifier: Apache-2.0
// accept4 in small batches, so that a flood of connections leaves time for those that are open.
// When there are no descriptors left, the longest idle is evicted; if that does not help, nothing
// is accepted for a moment.
#include "server/acceptor.hpp"

#include "base/log.hpp"
#include "server/session.hpp"

#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace md::server {
namespace {

using base::asio::redirect_error;
using base::asio::use_awaitable;

constexpr int batch = 16;
constexpr std::chrono::milliseconds rest{50};

bool is_shortage(int error) {
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

Acceptor::Acceptor(Service& service, ListeningSocket socket, bool over_tls)
    : service_(service),
      socket_(std::move(socket)),
      readiness_(service_.executor(), socket_->descriptor()),
      pause_(service_.executor()),
      over_tls_(over_tls) {}

Acceptor::~Acceptor() {
    readiness_.release();
}

ListeningSocket Acceptor::close() {
    readiness_.release();
    pause_.cancel();
    ListeningSocket socket = std::move(*socket_);
    socket_.reset();
    return socket;
}

base::Task<void> Acceptor::run(std::shared_ptr<Acceptor> acceptor) {
    while (acceptor->socket_) {
        boost::system::error_code error;
        co_await acceptor->readiness_.async_wait(base::asio::posix::stream_descriptor::wait_read,
                                                 redirect_error(use_awaitable, error));
        if (!error && acceptor->socket_)
            co_await acceptor->accept_waiting();
    }
}

base::Task<void> Acceptor::accept_waiting() {
    bool short_of_descriptors = false;
    for (int i = 0; i < batch; ++i) {
        ListeningSocket::Endpoint peer;
        int descriptor = socket_->accept(peer);
        if (descriptor >= 0) {
            start_session(descriptor, peer);
            continue;
        }
        if (errno == EAGAIN)
            break;
        if (!is_shortage(errno))
            continue;  // a connection that ended before it was accepted
        bool made_room = !short_of_descriptors && service_.connections(over_tls_).evict_oldest();
        short_of_descriptors = true;
        if (made_room)
            continue;
        pause_.expires_after(rest);
        boost::system::error_code ignored;
        co_await pause_.async_wait(redirect_error(use_awaitable, ignored));
        break;
    }
    if (short_of_descriptors && !out_of_descriptors_)
        log::warn("too many open files: connections to the responder are turned away");
    out_of_descriptors_ = short_of_descriptors;
}

void Acceptor::start_session(int descriptor, const ListeningSocket::Endpoint& peer) {
    const bool is_unix = !socket_->path().empty();
    ConnectedSocket socket(service_.executor());
    boost::system::error_code error;
    if (is_unix)
        socket.assign({AF_UNIX, 0}, descriptor, error);
    else
        socket.assign(peer.protocol(), descriptor, error);
    if (error) {
        ::close(descriptor);
        return;
    }
    PeerAddress address;
    if (!is_unix)
        address = peer.address();
    service_.start(serve_session(service_, std::move(socket), address, over_tls_));
}

}  // namespace md::server

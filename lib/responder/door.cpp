// SPDX-License-Identifier: Apache-2.0
// accept4 in small batches, so that a flood at the door leaves time for those inside. When there
// are no descriptors left, the longest idle gives way; if that does not help, the door rests.
#include "responder/door.hpp"

#include "base/log.hpp"
#include "responder/conversation.hpp"

#include <cerrno>
#include <exception>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace md::responder {
namespace {

using base::asio::redirect_error;
using base::asio::use_awaitable;

constexpr int batch = 16;
constexpr std::chrono::milliseconds rest{50};

bool is_shortage(int error) {
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

void log_end(std::exception_ptr failed) {
    if (!failed)
        return;
    try {
        std::rethrow_exception(failed);
    } catch (const std::exception& error) {
        log::warn("a connection ended badly", log::kv("reason", error.what()));
    }
}

}  // namespace

Door::Door(std::shared_ptr<Reception> reception, ListeningSocket socket, bool over_tls)
    : reception_(std::move(reception)),
      socket_(std::move(socket)),
      readiness_(reception_->executor(), socket_->descriptor()),
      pause_(reception_->executor()),
      over_tls_(over_tls) {}

Door::~Door() {
    readiness_.release();
}

void Door::open() {
    base::asio::co_spawn(reception_->executor(), accept_all(shared_from_this()), log_end);
}

ListeningSocket Door::close() {
    readiness_.release();
    pause_.cancel();
    ListeningSocket socket = std::move(*socket_);
    socket_.reset();
    return socket;
}

base::Task<void> Door::accept_all(std::shared_ptr<Door> door) {
    while (door->socket_) {
        boost::system::error_code error;
        co_await door->readiness_.async_wait(base::asio::posix::stream_descriptor::wait_read,
                                             redirect_error(use_awaitable, error));
        if (!error && door->socket_)
            co_await door->accept_waiting();
    }
}

base::Task<void> Door::accept_waiting() {
    bool short_of_descriptors = false;
    for (int i = 0; i < batch; ++i) {
        ListeningSocket::Endpoint peer;
        int descriptor = socket_->accept(peer);
        if (descriptor >= 0) {
            welcome(descriptor, peer);
            continue;
        }
        if (errno == EAGAIN)
            break;
        if (!is_shortage(errno))
            continue;  // a connection that ended before it was accepted
        bool made_room = !short_of_descriptors && reception_->crowd(over_tls_).dismiss_oldest();
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

void Door::welcome(int descriptor, const ListeningSocket::Endpoint& peer) {
    const bool is_unix = !socket_->path().empty();
    Stream::Socket socket(reception_->executor());
    boost::system::error_code error;
    if (is_unix)
        socket.assign({AF_UNIX, 0}, descriptor, error);
    else
        socket.assign(peer.protocol(), descriptor, error);
    if (error) {
        ::close(descriptor);
        return;
    }
    std::optional<base::asio::ip::address> address;
    if (!is_unix)
        address = peer.address();
    auto conversation = converse(reception_, std::move(socket), address, over_tls_);
    base::asio::co_spawn(reception_->executor(), std::move(conversation), log_end);
}

}  // namespace md::responder

// SPDX-License-Identifier: Apache-2.0
// A BIO method of four functions, made once for the process.
#include "server/socket_bio.hpp"

#include "crypto/error.hpp"

#include <openssl/bio.h>

#include <cerrno>
#include <sys/socket.h>

namespace md::server {
namespace {

using Socket = ConnectedSocket;

Socket* socket_of(BIO* bio) {
    auto* socket = static_cast<Socket*>(BIO_get_data(bio));
    return socket->is_open() ? socket : nullptr;
}

int write_octets(BIO* bio, const char* data, int size) {
    BIO_clear_retry_flags(bio);
    Socket* socket = socket_of(bio);
    if (socket == nullptr)
        return -1;
    auto count =
        ::send(socket->native_handle(), data, static_cast<std::size_t>(size), MSG_NOSIGNAL);
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        BIO_set_retry_write(bio);
    return static_cast<int>(count);
}

int read_octets(BIO* bio, char* data, int size) {
    BIO_clear_retry_flags(bio);
    Socket* socket = socket_of(bio);
    if (socket == nullptr)
        return -1;
    auto count = ::recv(socket->native_handle(), data, static_cast<std::size_t>(size), 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        BIO_set_retry_read(bio);
    return static_cast<int>(count);
}

long control(BIO*, int command, long, void*) {
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD* make_method() {
    BIO_METHOD* method =
        crypto::check(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "asio socket"),
                      "preparing a connection for TLS");
    BIO_meth_set_write(method, write_octets);
    BIO_meth_set_read(method, read_octets);
    BIO_meth_set_ctrl(method, control);
    return method;
}

}  // namespace

BIO* new_socket_bio(Socket& socket) {
    static const std::unique_ptr<BIO_METHOD, crypto::FreeWith<BIO_meth_free>> method(make_method());
    BIO* bio = crypto::check(BIO_new(method.get()), "preparing a connection for TLS");
    BIO_set_data(bio, &socket);
    BIO_set_init(bio, 1);
    return bio;
}

}  // namespace md::server

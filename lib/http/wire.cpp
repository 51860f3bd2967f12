// SPDX-License-Identifier: Apache-2.0
#include "http/wire.hpp"

#include "http/race.hpp"
#include "http/tls.hpp"
#include "http/transport.hpp"

#include <boost/asio/ssl/error.hpp>
#include <boost/asio/write.hpp>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <sys/socket.h>

namespace md::http {
namespace {

namespace asio = boost::asio;
namespace ssl = asio::ssl;
using asio::redirect_error;
using asio::use_awaitable;
using asio::ip::tcp;

void rethrow_cancelled(const boost::system::error_code& error) {
    if (error == asio::error::operation_aborted)
        throw boost::system::system_error(error);
}

}  // namespace

std::string reason(const boost::system::error_code& error) {
    std::string text = error.message();
    if (error.category() == boost::system::system_category() && !text.empty() && text[0] >= 'A' &&
        text[0] <= 'Z')
        text[0] = static_cast<char>(text[0] + 32);
    return text;
}

bool is_end(const boost::system::error_code& error) {
    return error == asio::error::eof || error == ssl::error::stream_truncated ||
           error == asio::error::connection_reset || error == asio::error::broken_pipe;
}

base::Task<void> Wire::connect(Endpoints endpoints) {
    tcp::socket connected = co_await connect_first(std::move(endpoints));
    socket_ = std::move(connected);
}

base::Task<void> Wire::start_tls(ssl::context& context, std::string host) {
    tls_.emplace(socket_, context);
    expect_host(tls_->native_handle(), host);
    ErrorCode error;
    co_await tls_->async_handshake(ssl::stream_base::client, redirect_error(use_awaitable, error));
    rethrow_cancelled(error);
    if (error)
        raise_handshake_failure(tls_->native_handle(), host, error);
}

base::Task<Wire::ErrorCode> Wire::write(asio::const_buffer octets) {
    ErrorCode error;
    if (tls_)
        co_await asio::async_write(*tls_, octets, redirect_error(use_awaitable, error));
    else
        co_await asio::async_write(socket_, octets, redirect_error(use_awaitable, error));
    rethrow_cancelled(error);
    ERR_clear_error();
    co_return error;
}

base::Task<std::size_t> Wire::read(asio::mutable_buffer room, ErrorCode& error) {
    std::size_t size = 0;
    if (tls_)
        size = co_await tls_->async_read_some(room, redirect_error(use_awaitable, error));
    else
        size = co_await socket_.async_read_some(room, redirect_error(use_awaitable, error));
    rethrow_cancelled(error);
    ERR_clear_error();
    co_return error ? 0 : size;
}

bool Wire::still_quiet() {
    char octet = 0;
    ssize_t size = ::recv(socket_.native_handle(), &octet, 1, MSG_PEEK | MSG_DONTWAIT);
    // Under TLS too: tickets come before the first answer, so what waits is the end, or octets that
    // would be taken for the next answer.
    bool quiet = size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    if (quiet && tls_)
        quiet = SSL_has_pending(tls_->native_handle()) == 0 &&
                BIO_pending(SSL_get_rbio(tls_->native_handle())) == 0;
    return quiet;
}

}  // namespace md::http

// SPDX-License-Identifier: Apache-2.0
// The socket never blocks: each operation is tried first and waited for only when it has to be.
#include "server/stream.hpp"

#include <boost/asio/write.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <sys/socket.h>
#include <utility>

namespace md::server {
namespace {

using base::asio::redirect_error;
using base::asio::use_awaitable;
using boost::system::error_code;

// What is read and thrown away after the last answer.
constexpr std::size_t most_drained = 64 * 1024;

}  // namespace

Stream::Stream(Socket socket) : socket_(std::move(socket)) {
    error_code ignored;
    socket_.non_blocking(true, ignored);
}

void Stream::close() {
    error_code ignored;
    socket_.close(ignored);
}

base::Task<bool> Stream::ready(Socket::wait_type what) {
    error_code error;
    co_await socket_.async_wait(what, redirect_error(use_awaitable, error));
    co_return !error && socket_.is_open();
}

// That is an error condition of the descriptor (EPOLLHUP).
base::Task<void> Stream::left() {
    error_code ignored;
    co_await socket_.async_wait(Socket::wait_error, redirect_error(use_awaitable, ignored));
}

base::Task<bool> Stream::satisfy(int result) {
    int wanted = SSL_get_error(ssl_.get(), result);
    if (wanted == SSL_ERROR_WANT_READ)
        co_return co_await ready(Socket::wait_read);
    if (wanted == SSL_ERROR_WANT_WRITE)
        co_return co_await ready(Socket::wait_write);
    broken_ = wanted != SSL_ERROR_ZERO_RETURN;
    ERR_clear_error();
    co_return false;
}

base::Task<ProxyHeader> Stream::read_proxy_header(std::string& octets) {
    ProxyHeader header = parse_proxy_header(octets);
    while (header.state == ProxyHeader::HeaderState::more) {
        const std::size_t before = octets.size();
        octets.resize(before + header.wanted);
        std::size_t count = co_await read_some(octets.data() + before, header.wanted);
        octets.resize(before + count);
        header = parse_proxy_header(octets);
        if (count == 0) {
            header.state = ProxyHeader::HeaderState::malformed;
            header.reason = "it ends too early";
        }
    }
    co_return header;
}

base::Task<bool> Stream::start_tls(ServerTls& tls) {
    if (!co_await ready(Socket::wait_read))
        co_return false;
    std::array<char, 16> first;
    const auto count = ::recv(socket_.native_handle(), first.data(), first.size(), MSG_PEEK);
    if (count > 0 && begins_like_proxy_header({first.data(), static_cast<std::size_t>(count)})) {
        unexpected_.assign(first.data(), static_cast<std::size_t>(count));
        co_return false;
    }
    ssl_ = tls.session(socket_, offer_);
    for (;;) {
        ERR_clear_error();
        int result = SSL_accept(ssl_.get());
        if (result == 1)
            co_return true;
        bool go_on = co_await satisfy(result);
        if (!go_on)
            co_return false;
    }
}

base::Task<std::size_t> Stream::read_some(char* data, std::size_t size) {
    if (!ssl_) {
        error_code error;
        std::size_t count = co_await socket_.async_read_some(base::asio::buffer(data, size),
                                                             redirect_error(use_awaitable, error));
        co_return error ? 0 : count;
    }
    for (;;) {
        ERR_clear_error();
        int result = SSL_read(ssl_.get(), data, static_cast<int>(size));
        if (result > 0)
            co_return static_cast<std::size_t>(result);
        bool go_on = co_await satisfy(result);
        if (!go_on)
            co_return 0;
    }
}

std::size_t Stream::write_at_once(std::string_view octets, error_code& error) {
    std::size_t count = socket_.write_some(base::asio::buffer(octets), error);
    if (error == base::asio::error::would_block)
        error = {};
    return count;
}

base::Task<bool> Stream::write_all(std::string_view octets) {
    error_code error;
    if (!ssl_) {
        octets.remove_prefix(write_at_once(octets, error));
        if (!error && !octets.empty())
            co_await base::asio::async_write(socket_, base::asio::buffer(octets),
                                             redirect_error(use_awaitable, error));
        co_return !error;
    }
    while (!octets.empty()) {
        ERR_clear_error();
        int result = SSL_write(ssl_.get(), octets.data(), static_cast<int>(octets.size()));
        if (result > 0) {
            octets.remove_prefix(static_cast<std::size_t>(result));
            continue;
        }
        bool go_on = co_await satisfy(result);
        if (!go_on)
            co_return false;
    }
    co_return true;
}

base::Task<void> Stream::finish() {
    if (!socket_.is_open())
        co_return;
    if (ssl_ && !broken_ && SSL_is_init_finished(ssl_.get())) {
        ERR_clear_error();
        SSL_shutdown(ssl_.get());
        ERR_clear_error();
    }
    error_code error;
    socket_.shutdown(Socket::shutdown_send, error);
    std::array<char, 512> unread;
    for (std::size_t drained = 0; !error && drained < most_drained;) {
        std::size_t count = co_await socket_.async_read_some(base::asio::buffer(unread),
                                                             redirect_error(use_awaitable, error));
        drained += count;
    }
    close();
}

}  // namespace md::server

// SPDX-License-Identifier: Apache-2.0
// What the servers of tests have in common: the words of Asio that they are written in, and the
// loop that accepts.
#pragma once

#include "base/task.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <functional>

namespace md::test::accepting {

namespace asio = boost::asio;
namespace ssl = asio::ssl;
using asio::redirect_error;
using asio::use_awaitable;
using asio::ip::tcp;
using base::Task;
using ErrorCode = boost::system::error_code;

// Each connection goes to `serve`, until the acceptor is closed. It has to live as long as this
// runs: what `serve` holds does.
inline Task<void> accept_each(tcp::acceptor& acceptor, std::function<void(tcp::socket)> serve) {
    ErrorCode failed;
    while (acceptor.is_open()) {
        tcp::socket socket = co_await acceptor.async_accept(redirect_error(use_awaitable, failed));
        if (failed)
            continue;
        socket.set_option(tcp::no_delay(true), failed);
        serve(std::move(socket));
    }
}

}  // namespace md::test::accepting

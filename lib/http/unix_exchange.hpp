// SPDX-License-Identifier: Apache-2.0
// One request over a Unix socket, and the body of its response line by line as it comes.
#pragma once

#include "base/task.hpp"

#include <boost/asio/local/stream_protocol.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

namespace md::http {

class UnixExchange {
public:
    using Socket = boost::asio::local::stream_protocol::socket;

    // No line and no header may be longer than that.
    UnixExchange(Socket socket, std::size_t longest_line);
    ~UnixExchange();

    // The query belongs to the target.
    base::Task<void> send(std::string method, std::string target);

    // Without its end; nullopt once the response is complete. Throws TransportError. One that is
    // cancelled may be called again.
    base::Task<std::optional<std::string>> next_line();
    // 0 as long as the head of the response has not come.
    unsigned status() const;

private:
    class Incoming;
    Socket socket_;
    std::unique_ptr<Incoming> incoming_;
};

}  // namespace md::http

// SPDX-License-Identifier: Apache-2.0
// The body of a response that is still being made while it is sent (RFC 9112 §7.1, chunks): the
// work that writes it goes on as long as the client stays.
#pragma once

#include "base/task.hpp"

#include <string>
#include <string_view>

namespace md::server {

class Stream;

class StreamedBody {
public:
    explicit StreamedBody(const base::asio::any_io_executor& executor) : news_(executor) {}
    StreamedBody(const StreamedBody&) = delete;
    StreamedBody& operator=(const StreamedBody&) = delete;

    // Writes the body; refers to this. Started once by the session, cancelled when the client
    // leaves, and awaited.
    base::Task<void> work;

    // From the work: is sent soon.
    void write(std::string_view octets);
    // The status of the response, as long as nothing was written.
    unsigned status = 200;

    // For the session: the next octets; "" once the work has ended, or the client has left.
    base::Task<std::string> next();
    void end(std::exception_ptr failed);
    void abandon();
    bool is_whole() const { return ended_ && !failed_ && unsent_.empty(); }

private:
    base::Wakeup news_;
    std::string unsent_;
    bool ended_ = false, failed_ = false, abandoned_ = false;
};

}  // namespace md::server

// SPDX-License-Identifier: Apache-2.0
#include "server/streaming.hpp"

#include "base/nursery.hpp"
#include "server/reply.hpp"
#include "server/streamed_body.hpp"

#include <array>
#include <charconv>
#include <exception>
#include <utility>

namespace md::server {
namespace {

// RFC 9112 §7.1; empty: the last one.
void append_chunk(std::string& out, std::string_view octets, bool http_1_0) {
    if (http_1_0) {
        out += octets;
        return;
    }
    std::array<char, 16> digits;
    auto end = std::to_chars(digits.data(), digits.data() + digits.size(), octets.size(), 16).ptr;
    out.append(digits.data(), end);
    out += "\r\n";
    out += octets;
    out += "\r\n";
}

// The head waits for the first octets: until then the status may change.
base::Task<bool> pass_on(Stream& stream, ConnectionLimits::Slot& slot, StreamedResponse& streamed) {
    StreamedBody& body = *streamed.response.stream;
    std::string out, octets;
    for (bool is_first = true; is_first || !octets.empty(); is_first = false) {
        octets = co_await body.next();
        if (octets.empty() && !body.is_whole())
            co_return false;
        if (is_first) {
            streamed.response.status = body.status;
            append_reply(out, streamed.response,
                         {streamed.date, true, streamed.close, streamed.http_1_0});
        }
        append_chunk(out, octets, streamed.http_1_0);
        const bool taken = co_await stream.write_all(out);
        if (!taken || slot.evicted())
            co_return false;
        slot.renew(std::chrono::steady_clock::now());
        out.clear();
    }
    co_return true;
}

}  // namespace

base::Task<bool> send_streamed(Stream& stream, ConnectionLimits::Slot& slot,
                               StreamedResponse streamed) {
    auto executor = co_await base::asio::this_coro::executor;
    StreamedBody& body = *streamed.response.stream;
    base::Nursery children(executor);
    children.start(std::move(body.work), [&body](std::exception_ptr failed) { body.end(failed); });
    children.start(stream.left(), [&body](std::exception_ptr) { body.abandon(); });
    bool sent = false;
    std::exception_ptr failed;
    try {
        sent = co_await pass_on(stream, slot, streamed);
    } catch (...) {
        failed = std::current_exception();
    }
    children.cancel();
    co_await base::asio::this_coro::throw_if_cancelled(false);
    co_await children.join();
    co_await base::asio::this_coro::throw_if_cancelled(true);
    if (failed)
        std::rethrow_exception(failed);
    co_return sent;
}

}  // namespace md::server

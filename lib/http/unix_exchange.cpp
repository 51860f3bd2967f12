// SPDX-License-Identifier: Apache-2.0
#include "http/unix_exchange.hpp"

#include "http/transport.hpp"
#include "http/wire.hpp"

#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <limits>
#include <utility>

namespace md::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::redirect_error;
using asio::use_awaitable;

constexpr std::size_t room = 64 * 1024;
// "0\r\n\r\n": see http/answer_reader.
constexpr std::size_t last_chunk = 5;

}  // namespace

// The octets that have come and were not taken: first those of HTTP, then those of the body.
class UnixExchange::Incoming {
public:
    explicit Incoming(std::size_t longest_line) : longest_line_(longest_line) {
        parser_.eager(true);
        parser_.body_limit(std::numeric_limits<std::uint64_t>::max());
    }

    asio::mutable_buffer prepare() { return octets_.prepare(room); }
    void take(std::size_t count) {
        octets_.commit(count);
        while (octets_.size() > 0 && !parser_.is_done() && !is_last_chunk_in_part()) {
            beast::error_code failed;
            const std::size_t used = parser_.put(octets_.data(), failed);
            octets_.consume(used);
            if (failed && failed != beast::http::error::need_more)
                throw TransportError("the answer is not HTTP: " + failed.message());
            if (used == 0)
                break;
        }
        if (octets_.size() > longest_line_ || body().size() > longest_line_)
            throw TransportError("the answer is too long");
    }
    bool is_whole() const { return parser_.is_done(); }
    unsigned status() const { return parser_.is_header_done() ? parser_.get().result_int() : 0; }

    // What has no end of a line counts as one when nothing more comes.
    std::optional<std::string> line() {
        std::string& text = body();
        const std::size_t end = text.find('\n', scanned_);
        scanned_ = text.size();
        if (end == std::string::npos && (!is_whole() || text.empty()))
            return std::nullopt;
        std::string line = text.substr(0, end);
        text.erase(0, end == std::string::npos ? end : end + 1);
        scanned_ = 0;
        return line;
    }

private:
    std::string& body() { return parser_.get().body(); }
    bool is_last_chunk_in_part() const {
        return parser_.is_header_done() && parser_.chunked() && octets_.size() < last_chunk &&
               *static_cast<const char*>(octets_.cdata().data()) == '0';
    }

    std::size_t longest_line_;
    std::size_t scanned_ = 0;  // of the body, without an end of a line
    beast::flat_buffer octets_;
    beast::http::response_parser<beast::http::string_body> parser_;
};

UnixExchange::UnixExchange(Socket socket, std::size_t longest_line)
    : socket_(std::move(socket)), incoming_(std::make_unique<Incoming>(longest_line)) {}

UnixExchange::~UnixExchange() = default;

base::Task<void> UnixExchange::send(std::string method, std::string target) {
    const std::string request = method + " " + target +
                                " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" +
                                (method == "GET" ? "" : "Content-Length: 0\r\n") + "\r\n";
    boost::system::error_code ignored;
    // A request that was refused half-way has an answer all the same.
    co_await asio::async_write(socket_, asio::buffer(request),
                               redirect_error(use_awaitable, ignored));
}

base::Task<std::optional<std::string>> UnixExchange::next_line() {
    while (true) {
        if (auto line = incoming_->line())
            co_return line;
        if (incoming_->is_whole())
            co_return std::nullopt;
        boost::system::error_code error;
        auto space = incoming_->prepare();
        const std::size_t count =
            co_await socket_.async_read_some(space, redirect_error(use_awaitable, error));
        if (error == asio::error::operation_aborted)
            throw boost::system::system_error(error);
        if (error)
            throw TransportError(is_end(error) ? "the answer was cut short" : reason(error));
        incoming_->take(count);
    }
}

unsigned UnixExchange::status() const {
    return incoming_->status();
}

}  // namespace md::http

// SPDX-License-Identifier: Apache-2.0
#include "http/answer_reader.hpp"

#include "http/connection.hpp"

#include <boost/asio/ssl/error.hpp>
#include <boost/beast/http/error.hpp>

namespace md::http {
namespace {

namespace beast = boost::beast;
using beast::http::error;

constexpr std::size_t read_size = 4096;
constexpr int most_interim_answers = 8;
// "0\r\n\r\n". What begins like it has as many octets to come in a chunked body, and the Beast of
// Boost 1.83, once it has seen the last chunk's line, aborts the program over fewer. Later ones
// consume that line alone, and leave two.
constexpr std::size_t end_of_chunks = 5;

HttpResponse response_of(beast::http::response<beast::http::string_body>&& message) {
    HttpResponse response;
    response.status = message.result_int();
    for (const auto& field : message)
        response.headers.add(std::string(field.name_string()), std::string(field.value()));
    response.body = std::move(message.body());
    return response;
}

}  // namespace

base::Task<HttpResponse> AnswerReader::read(bool without_body) {
    arrived_ = false;
    keep_alive_ = false;
    for (int i = 0; i <= most_interim_answers; ++i) {
        Parser parser;
        parser.header_limit(static_cast<std::uint32_t>(header_limit_));
        parser.body_limit(body_limit_);
        parser.eager(true);
        parser.skip(without_body);
        co_await read_one(parser);
        unsigned status = parser.get().result_int();
        if (status == 101)
            break;
        if (status >= 200) {
            keep_alive_ = parser.keep_alive();
            co_return response_of(parser.release());
        }
    }
    throw TransportError("the server does not come to its answer");
}

base::Task<void> AnswerReader::read_one(Parser& parser) {
    while (true) {
        if (buffer_.size() > 0 && !is_end_of_chunks_in_part(parser))
            parse_available(parser);
        if (parser.is_done())
            co_return;
        co_await read_more(parser);
    }
}

bool AnswerReader::is_end_of_chunks_in_part(const Parser& parser) const {
    return parser.is_header_done() && parser.chunked() && buffer_.size() < end_of_chunks &&
           *static_cast<const char*>(buffer_.cdata().data()) == '0';
}

base::Task<void> AnswerReader::read_more(Parser& parser) {
    // The parser has taken what it can; what it leaves is one line or one header.
    if (buffer_.size() > header_limit_)
        throw TransportError("the answer is not HTTP: a line does not end");
    Wire::ErrorCode failed;
    auto room = buffer_.prepare(read_size);
    std::size_t size = co_await wire_.read(room, failed);
    buffer_.commit(size);
    arrived_ = arrived_ || size > 0;
    if (!failed)
        co_return;
    if (!is_end(failed))
        throw TransportError(reason(failed));
    if (!arrived_)
        throw ClosedUnanswered("the server closed the connection without an answer");
    finish_at_end(parser, failed);
}

void AnswerReader::parse_available(Parser& parser) {
    Wire::ErrorCode failed;
    std::size_t used = parser.put(buffer_.data(), failed);
    buffer_.consume(used);
    // On a kept connection that may be what came behind the former answer, unasked.
    if (failed == error::bad_version)
        throw ClosedUnanswered(refusal(failed));
    if (failed && failed != error::need_more)
        throw TransportError(refusal(failed));
}

// A body without a length ends with the connection, but only a clean end is one: under TLS a
// missing close_notify may be an attacker who cuts (RFC 9112 §9.8).
void AnswerReader::finish_at_end(Parser& parser, const Wire::ErrorCode& end) {
    Wire::ErrorCode failed;
    if (parser.got_some())
        parser.put_eof(failed);
    if (failed || !parser.is_done() || end != boost::asio::error::eof)
        throw TransportError("the answer was cut short");
}

std::string AnswerReader::refusal(const Wire::ErrorCode& failed) const {
    if (failed == error::header_limit)
        return "the header of the answer is longer than " + std::to_string(header_limit_) +
               " octets";
    if (failed == error::body_limit)
        return "the body of the answer is longer than " + std::to_string(body_limit_) + " octets";
    return "the answer is not HTTP: " + failed.message();
}

}  // namespace md::http

// SPDX-License-Identifier: Apache-2.0
// Reads the answers of one connection, one after the other, within the limits for header and body
// (RFC 9112 §6-§8). Beast parses; what it refuses becomes words.
#pragma once

#include "http/message.hpp"
#include "http/wire.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <cstddef>

namespace md::http {

class AnswerReader {
public:
    AnswerReader(Wire& wire, std::size_t header_limit, std::size_t body_limit)
        : wire_(wire), header_limit_(header_limit), body_limit_(body_limit) {}

    // The next final answer; interim ones (1xx) are passed over. Throws TransportError, or
    // ClosedUnanswered when the end came first.
    base::Task<HttpResponse> read(bool without_body);

    // After an answer: the server keeps the connection, and sent nothing we did not ask for.
    bool may_go_on() const { return keep_alive_ && is_drained(); }
    bool is_drained() const { return buffer_.size() == 0; }

private:
    using Parser = boost::beast::http::response_parser<boost::beast::http::string_body>;

    base::Task<void> read_one(Parser& parser);
    bool is_end_of_chunks_in_part(const Parser& parser) const;
    base::Task<void> read_more(Parser& parser);
    void parse_available(Parser& parser);
    void finish_at_end(Parser& parser, const Wire::ErrorCode& end);
    std::string refusal(const Wire::ErrorCode& error) const;

    Wire& wire_;
    std::size_t header_limit_, body_limit_;
    boost::beast::flat_buffer buffer_;
    bool arrived_ = false;  // anything of the present answer
    bool keep_alive_ = false;
};

}  // namespace md::http

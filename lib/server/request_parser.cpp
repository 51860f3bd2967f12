// SPDX-License-Identifier: Apache-2.0
// The end of the head is looked for here, line by line, so that Beast sees it whole and at once:
// its views stay valid, and bare line feeds and folded lines never get there.
#include "server/request_parser.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>

namespace md::server {
namespace {

namespace http = boost::beast::http;

// "0\r\n\r\n". What begins like it has as many octets to come in a chunked body, and Beast, once it
// has seen the last chunk's line, aborts the program over fewer.
constexpr std::size_t end_of_chunks = 5;

std::string_view std_view(boost::beast::string_view text) {
    return {text.data(), text.size()};
}

bool starts_a_method(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// Beast takes a list of equal lengths, "4, 4", for one (RFC 9110 §8.6 allows to refuse it).
bool is_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

unsigned status_of(const boost::beast::error_code& error) {
    if (error == http::error::bad_version)
        return 505;
    if (error == http::error::body_limit)
        return 413;
    if (error == http::error::header_limit)
        return 431;
    return 400;
}

}  // namespace

RequestParser::RequestParser(const Limits& limits) : header_limit_(limits.header_octets) {
    // The head is measured before Beast gets it.
    header_limit(static_cast<std::uint32_t>(header_limit_) + 4);
    body_limit(limits.body_octets);
}

RequestParser::ParseProgress RequestParser::advance(std::string_view octets) {
    consumed_ = 0;
    return head_done_ ? skip_body(octets) : find_head(octets);
}

RequestParser::ParseProgress RequestParser::find_head(std::string_view octets) {
    // RFC 9112 §2.2: an empty line before the request line is ignored.
    std::size_t start = octets.starts_with("\r\n") ? 2 : 0;
    if (scanned_ < start)
        scanned_ = line_start_ = start;
    if (octets.size() > start && !starts_a_method(octets[start]) && octets != "\r")
        return refuse(400);
    for (;;) {
        std::size_t feed = octets.find('\n', scanned_);
        if (feed == std::string_view::npos || feed >= header_limit_)
            break;
        if (feed == line_start_ || octets[feed - 1] != '\r' || octets[line_start_] == ' ' ||
            octets[line_start_] == '\t')
            return refuse(400);
        bool empty_line = feed == line_start_ + 1;
        scanned_ = line_start_ = feed + 1;
        if (empty_line) {
            consumed_ = line_start_;
            return parse_head(octets.substr(start, line_start_ - start));
        }
    }
    scanned_ = octets.size();
    return octets.size() >= header_limit_ ? refuse(431) : ParseProgress::more;
}

RequestParser::ParseProgress RequestParser::parse_head(std::string_view head) {
    ErrorCode error;
    put(boost::asio::const_buffer(head.data(), head.size()), error);
    if (error)
        return refuse(status_of(error));
    if (is_ambiguous())
        return refuse(400);
    if (odd_expectation_)
        return refuse(417);
    head_done_ = true;
    eager(true);
    return ParseProgress::head;
}

RequestParser::ParseProgress RequestParser::skip_body(std::string_view octets) {
    if (is_done())
        return ParseProgress::whole;
    if (octets.empty() || (chunked() && octets.front() == '0' && octets.size() < end_of_chunks))
        return ParseProgress::more;
    ErrorCode error;
    consumed_ = put(boost::asio::const_buffer(octets.data(), octets.size()), error);
    if (error && error != http::error::need_more)
        return refuse(status_of(error));
    return is_done() ? ParseProgress::whole : ParseProgress::more;
}

RequestParser::ParseProgress RequestParser::refuse(unsigned status) {
    refused_with_ = status;
    return ParseProgress::refused;
}

// RFC 9112 §3.2: exactly one Host. §6.3: a length told twice, or in two ways, is how requests are
// smuggled; §6.1: only "chunked" is known here, and HTTP/1.0 does not know it.
bool RequestParser::is_ambiguous() const {
    bool host_wrong = hosts_ > 1 || (hosts_ == 0 && version_ == 11);
    bool encoded_oddly = encodings_ > 0 && (odd_encoding_ || version_ == 10);
    return host_wrong || lengths_ + encodings_ > 1 || encoded_oddly || odd_length_;
}

void RequestParser::on_request_impl(http::verb, View method, View target, int version, ErrorCode&) {
    method_ = std_view(method);
    target_ = std_view(target);
    version_ = static_cast<unsigned>(version);
}

void RequestParser::on_field_impl(http::field field, View, View value, ErrorCode&) {
    if (!head_done_)  // older versions of Boost bring trailers here
        note_field(field, std_view(value));
}

void RequestParser::note_field(http::field field, std::string_view value) {
    using boost::beast::iequals;
    if (field == http::field::host) {
        ++hosts_;
        host_ = value;
    } else if (field == http::field::content_length) {
        ++lengths_;
        odd_length_ = odd_length_ || !is_number(value);
    } else if (field == http::field::transfer_encoding) {
        ++encodings_;
        odd_encoding_ = odd_encoding_ || !iequals(value, "chunked");
    } else if (field == http::field::expect) {
        expects_continue_ = true;
        odd_expectation_ = odd_expectation_ || !iequals(value, "100-continue");
    }
}

}  // namespace md::server

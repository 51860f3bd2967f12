// SPDX-License-Identifier: Apache-2.0
// Appends to one string that the connection reuses: in the usual case nothing is allocated.
#include "server/reply.hpp"

#include <array>
#include <charconv>

namespace md::server {
namespace {

std::string_view status_line(unsigned status) {
    switch (status) {
        case 200:
            return "HTTP/1.1 200 OK\r\n";
        case 301:
            return "HTTP/1.1 301 Moved Permanently\r\n";
        case 302:
            return "HTTP/1.1 302 Found\r\n";
        case 307:
            return "HTTP/1.1 307 Temporary Redirect\r\n";
        case 308:
            return "HTTP/1.1 308 Permanent Redirect\r\n";
        case 404:
            return "HTTP/1.1 404 Not Found\r\n";
        case 405:
            return "HTTP/1.1 405 Method Not Allowed\r\n";
        case 409:
            return "HTTP/1.1 409 Conflict\r\n";
        case 413:
            return "HTTP/1.1 413 Content Too Large\r\n";
        case 417:
            return "HTTP/1.1 417 Expectation Failed\r\n";
        case 421:
            return "HTTP/1.1 421 Misdirected Request\r\n";
        case 431:
            return "HTTP/1.1 431 Request Header Fields Too Large\r\n";
        case 500:
            return "HTTP/1.1 500 Internal Server Error\r\n";
        case 503:
            return "HTTP/1.1 503 Service Unavailable\r\n";
        case 505:
            return "HTTP/1.1 505 HTTP Version Not Supported\r\n";
        default:
            return "HTTP/1.1 400 Bad Request\r\n";
    }
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
}

// RFC 9112 §6.3; HTTP/1.0 knows no chunks, and there the end of the connection ends the body.
void append_length(std::string& out, const Response& response, const ReplyFrame& frame) {
    if (response.stream) {
        if (!frame.http_1_0)
            append_field(out, "Transfer-Encoding", "chunked");
        return;
    }
    std::array<char, 20> digits;
    auto end =
        std::to_chars(digits.data(), digits.data() + digits.size(), response.body.size()).ptr;
    append_field(out, "Content-Length",
                 {digits.data(), static_cast<std::size_t>(end - digits.data())});
}

}  // namespace

void append_reply(std::string& out, const Response& response, const ReplyFrame& frame) {
    out += status_line(response.status);
    append_field(out, "Server", "mdcertd");
    append_field(out, "Date", frame.date);
    append_field(out, "Content-Type", response.content_type);
    append_length(out, response, frame);
    for (const auto& [name, value] : response.headers)
        append_field(out, name, value);
    if (frame.close)
        out += "Connection: close\r\n";
    else if (frame.http_1_0)
        out += "Connection: keep-alive\r\n";
    out += "\r\n";
    if (!frame.without_body)
        out += response.body;
}

}  // namespace md::server

// SPDX-License-Identifier: Apache-2.0
#include "server/exchange.hpp"

namespace md::server {
namespace {

std::string_view text_of(unsigned status) {
    switch (status) {
        case 404:
            return "There is nothing here.\n";
        case 405:
            return "Only GET and HEAD work here.\n";
        case 413:
            return "The request body is too large.\n";
        case 417:
            return "The expectation cannot be met.\n";
        case 421:
            return "Nothing is shown under this name: use the address, or localhost.\n";
        case 431:
            return "The request header is too large.\n";
        case 505:
            return "This server speaks HTTP/1.1.\n";
        default:
            return "The request is not understood.\n";
    }
}

}  // namespace

Response plain(unsigned status, std::string_view text) {
    Response result;
    result.status = status;
    result.content_type = "text/plain";
    result.body = text;
    return result;
}

Response refusal(unsigned status) {
    return plain(status, text_of(status));
}

Response refused_method() {
    Response result = refusal(405);
    result.headers.emplace_back("Allow", "GET, HEAD");
    return result;
}

bool only_reads(std::string_view method) {
    return method == "GET" || method == "HEAD";
}

}  // namespace md::server

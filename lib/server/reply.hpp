// SPDX-License-Identifier: Apache-2.0
// A response as the octets of an HTTP/1.1 response (RFC 9112). Pure.
#pragma once

#include "server/exchange.hpp"

#include <string>
#include <string_view>

namespace md::server {

struct ReplyFrame {
    std::string_view date;      // RFC 9110 §5.6.7
    bool without_body = false;  // to HEAD: the length is told all the same
    bool close = false;         // the last one on this connection
    bool http_1_0 = false;      // the client has to be told when the connection stays
};

void append_reply(std::string& out, const Response& response, const ReplyFrame& frame);

}  // namespace md::server

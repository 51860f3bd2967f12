// SPDX-License-Identifier: Apache-2.0
// One request as it was received, and what is said to it: values, without sockets. The session
// parses and writes; it decides nothing. Pure.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace md::base {
class Receipt;
}

namespace md::server {

class StreamedBody;

struct Request {
    bool over_tls = false;
    std::string_view method;  // as received
    std::string_view target;  // as received: origin-form or absolute-form
    std::string_view host;    // Host header as received; "" when there is none
};

// The views are of static text, of what the responding part keeps until its next change, or of the
// page.
struct Response {
    unsigned status = 404;
    std::string_view content_type;
    std::vector<std::pair<std::string_view, std::string>> headers;  // besides those of any response
    std::string_view body;                    // for HEAD too: the session drops it
    std::shared_ptr<const std::string> page;  // what the body is of, when it was made to be sent
    std::shared_ptr<base::Receipt> receipt;   // notes that the client has been sent all of it
    std::shared_ptr<StreamedBody> stream;     // in the place of the body: made while it is sent
};

using Respond = std::function<Response(const Request&)>;

// A line of text as the body. Static text.
Response plain(unsigned status, std::string_view text);
// The words for people that go with a status that refuses: 400, 404, 405, 413, 417, 421, 431, 505.
Response refusal(unsigned status);
// 405, and which methods there are.
Response refused_method();
bool only_reads(std::string_view method);

}  // namespace md::server

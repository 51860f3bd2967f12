// SPDX-License-Identifier: Apache-2.0
// A forward proxy (MDHttpProxy): where it is and who we are to it. Pure; the connection does the
// talking.
#pragma once

#include "base/url.hpp"

#include <string>

namespace md::http {

class Proxy {
public:
    // Throws base::Error unless the text is "http://[user:password@]host[:port]".
    explicit Proxy(const std::string& text);

    const base::Url& url() const { return url_; }
    // "http://host:port", without credentials: for messages.
    std::string name() const { return url_.origin(); }
    // "Proxy-Authorization: Basic ...\r\n" (RFC 7617), or "" without credentials.
    const std::string& authorization_line() const { return authorization_line_; }
    // The head that opens a tunnel to the target (RFC 9110 §9.3.6).
    std::string connect_request(const base::Url& target, const std::string& user_agent) const;

private:
    base::Url url_;
    std::string authorization_line_;
};

}  // namespace md::http

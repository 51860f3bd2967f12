// SPDX-License-Identifier: Apache-2.0
#include "http/proxy.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"

#include <openssl/evp.h>

namespace md::http {
namespace {

base::Url proxy_url(const std::string& text) {
    auto url = base::Url::parse(text);
    if (!url || url->is_https() || url->target() != "/")
        throw base::Error("the proxy's URL has to be http://[user:password@]host[:port]");
    return *url;
}

std::string base64(const std::string& text) {
    std::string encoded(4 * ((text.size() + 2) / 3) + 1, '\0');  // EncodeBlock adds a NUL
    int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                               base::bytes_of(text).data(), static_cast<int>(text.size()));
    encoded.resize(static_cast<std::size_t>(size));
    return encoded;
}

}  // namespace

Proxy::Proxy(const std::string& text) : url_(proxy_url(text)) {
    std::string credentials = url_.user_info();
    if (credentials.empty())
        return;
    if (credentials.find(':') == std::string::npos)
        credentials += ':';
    authorization_line_ = "Proxy-Authorization: Basic " + base64(credentials) + "\r\n";
}

std::string Proxy::connect_request(const base::Url& target, const std::string& user_agent) const {
    std::string place = target.origin().substr(std::string_view("https://").size());
    return "CONNECT " + place + " HTTP/1.1\r\nHost: " + place + "\r\nUser-Agent: " + user_agent +
           "\r\n" + authorization_line_ + "\r\n";
}

}  // namespace md::http

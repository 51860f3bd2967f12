// SPDX-License-Identifier: Apache-2.0
// Requests and responses as plain values, so that whoever speaks ACME does not see Beast.
#pragma once

#include "base/url.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace md::http {

using base::Url;

class Headers {
public:
    void add(std::string name, std::string value) {
        fields_.emplace_back(std::move(name), std::move(value));
    }
    // The first of that name (case-insensitive).
    std::optional<std::string_view> find(std::string_view name) const;
    std::vector<std::string_view> all(std::string_view name) const;
    auto begin() const { return fields_.begin(); }
    auto end() const { return fields_.end(); }

private:
    std::vector<std::pair<std::string, std::string>> fields_;
};

struct HttpRequest {
    std::string method = "GET";  // GET, HEAD or POST
    Url url;
    Headers headers;  // besides Host, User-Agent, Content-Length, which the transport adds
    std::string body;
};

struct HttpResponse {
    unsigned status = 0;
    Headers headers;
    std::string body;
    bool repeated = false;  // the transport has sent the request twice: the first had no answer
};

}  // namespace md::http

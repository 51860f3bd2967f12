// SPDX-License-Identifier: Apache-2.0
// A CA that reads from a script: the next request must match the next line, which says the answer
// or where the connection is cut. An unexpected request fails the test and prints both. For whole
// ACME conversations see scenario_ca.hpp.
#pragma once

#include "http/transport.hpp"
#include "support/catch.hpp"

#include <cstddef>
#include <regex.h>
#include <string>
#include <utility>
#include <vector>

namespace md::test {

// Where a connection breaks: before the server saw the request, or after it did what was asked.
enum class Cut { none, before, after };

struct ScriptLine {
    std::string method;
    std::string url;  // a POSIX extended regular expression, found anywhere in the URL's text
    http::HttpResponse response;
    Cut cut = Cut::none;
};

[[noreturn]] inline void break_connection(const http::HttpRequest& request, Cut cut) {
    throw http::TransportError(
        request.method + " " + request.url.text() + ": connection cut " +
        (cut == Cut::before ? "before the request was sent" : "before the answer came"));
}

// By regcomp(3): std::regex costs seconds of compiling and, with GCC 12 and sanitizers, warnings.
inline bool url_matches(const std::string& url, const std::string& pattern) {
    regex_t compiled;
    if (regcomp(&compiled, pattern.c_str(), REG_EXTENDED | REG_NOSUB) != 0)
        FAIL("not a regular expression: " << pattern);
    const bool found = regexec(&compiled, url.c_str(), 0, nullptr, 0) == 0;
    regfree(&compiled);
    return found;
}

class ScriptedTransport final : public http::Transport {
public:
    explicit ScriptedTransport(std::vector<ScriptLine> script) : script_(std::move(script)) {}

    base::Task<http::HttpResponse> send(http::HttpRequest request) override {
        requests_.push_back(request);
        const ScriptLine& line = expected(request);
        if (line.cut != Cut::none)
            break_connection(request, line.cut);
        co_return line.response;
    }

    const std::vector<http::HttpRequest>& requests() const { return requests_; }
    bool finished() const { return requests_.size() == script_.size(); }

private:
    const ScriptLine& expected(const http::HttpRequest& request) const {
        const std::size_t number = requests_.size();
        if (number > script_.size())
            FAIL("the script ended, but there came: " << request.method << " "
                                                      << request.url.text());
        const ScriptLine& line = script_[number - 1];
        if (request.method != line.method || !url_matches(request.url.text(), line.url))
            FAIL("request " << number << "\n  expected: " << line.method << " " << line.url
                            << "\n  came:     " << request.method << " " << request.url.text()
                            << "\n  body:     " << request.body);
        return line;
    }

    std::vector<ScriptLine> script_;
    std::vector<http::HttpRequest> requests_;
};

}  // namespace md::test

// SPDX-License-Identifier: Apache-2.0
// What the responder says to one request: pure, total, the whole of DESIGN §8. The listener parses
// and writes; it decides nothing.
#pragma once

#include "model/settings.hpp"
#include "responder/challenge_board.hpp"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace md::responder {

// What is known of a managed name for answering.
struct Site {
    bool has_certificate = false;
    model::RequireHttps require_https = model::RequireHttps::off;
};

// All managed names, wildcards included; find() is by exact name, then by the wildcard above it.
class Sites {
public:
    void add(std::string name, Site site);
    const Site* find(std::string_view host) const;

private:
    std::map<std::string, Site, std::less<>> sites_;
};

struct Question {
    bool over_tls = false;
    std::string_view method;  // as received
    std::string_view target;  // as received: origin-form or absolute-form
    std::string_view host;    // Host header as received; "" when there is none
};

struct Answer {
    unsigned status = 404;
    std::vector<std::pair<std::string, std::string>> headers;  // Content-Length is the listener's
    std::string body;        // for HEAD too: the listener drops it
    bool challenge = false;  // a known token was asked for: the posting's on_seen is to be called
    const Posting* posting = nullptr;
};

Answer answer(const Question& question, const ChallengeBoard& board, const Sites& sites);

}  // namespace md::responder

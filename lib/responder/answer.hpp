// SPDX-License-Identifier: Apache-2.0
// What the responder says to one request: pure, total, the whole of DESIGN §8. The listener parses
// and writes; it decides nothing.
#pragma once

#include "model/settings.hpp"
#include "responder/challenge_board.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace md::responder {

// What is known of a managed name for answering.
struct Site {
    bool has_certificate = false;
    model::RequireHttps require_https = model::RequireHttps::off;
    std::size_t place = 0;  // of its MD, as whoever gives the certificates counts them
};

// All managed names, lower case, wildcards included.
class Sites {
public:
    // Takes the place of what was known of the name. Many are best added in their order.
    void add(std::string name, Site site);
    // By exact name, then by the wildcard one label above it. The host is in lower case.
    const Site* find(std::string_view host) const;

private:
    class ByName {
    public:
        void put(std::string name, Site site);
        const Site* find(std::string_view name) const;

    private:
        std::vector<std::pair<std::string, Site>> entries_;  // in the order of the names
    };
    ByName names_;
    ByName wildcards_;  // by what follows "*."
};

struct Question {
    bool over_tls = false;
    std::string_view method;  // as received
    std::string_view target;  // as received: origin-form or absolute-form
    std::string_view host;    // Host header as received; "" when there is none
};

// The views are of static text, of the board and valid until it changes, or of the page.
struct Answer {
    unsigned status = 404;
    std::string_view content_type;
    std::vector<std::pair<std::string_view, std::string>> headers;  // besides those of any answer
    std::string_view body;                    // for HEAD too: the listener drops it
    std::shared_ptr<const std::string> page;  // what the body is of, when it was made to be sent
    const Posting* posting = nullptr;         // a validator got it: on_seen is to be called
};

using Answers = std::function<Answer(const Question&)>;

// At the health path ("" = there is none) a load balancer sees that we are here, under any name.
Answer answer(const Question& question, const ChallengeBoard& board, const Sites& sites,
              std::string_view health_path = {});

// The word for people that goes with a status.
Answer plain(unsigned status);
// 405, and which methods there are.
Answer refused_method();
bool only_reads(std::string_view method);

// What is said to a request that is not understood, or too much: 400, 408, 413, 417, 431, 505.
Answer refusal(unsigned status);

}  // namespace md::responder

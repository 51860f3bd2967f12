// SPDX-License-Identifier: Apache-2.0
// Problem documents (RFC 7807, RFC 8555 §6.7) and what kind of failure each type is. Pure.
#pragma once

#include "model/failure.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace md::acme {

struct Problem {
    std::string type;  // "urn:ietf:params:acme:error:..."; "about:blank" where none is given
    std::string detail;
    unsigned status = 0;
    struct Sub {
        std::string type, detail, identifier;
    };
    std::vector<Sub> subproblems;

    // The word after "urn:ietf:params:acme:error:", or "" for another type.
    std::string_view acme_word() const;
    bool is(std::string_view word) const { return acme_word() == word; }
    // It says what went wrong by a type; "about:blank" is none (RFC 7807 §4.2).
    bool has_type() const { return !type.empty() && type != "about:blank"; }
    // "rateLimited: too many ...; www.a.org: caa: ..." for people; bounded, control characters
    // masked.
    std::string text() const;
};

// Any body of an error answer: not JSON or not a problem becomes one made from the HTTP status and
// the first lines of the body.
Problem parse_problem(std::string_view body, unsigned http_status);

// Whether time, money or a person mends it (DESIGN §6).
model::FailureClass failure_class(const Problem& problem);

// At most `most` octets, cut between characters; every octet of a control character, and what is
// not UTF-8, becomes '?'.
std::string masked(std::string_view text, std::size_t most = 500);

// The first lines of a body that is not what it should be, on one line and masked; "" of none.
std::string first_lines(std::string_view body);

}  // namespace md::acme

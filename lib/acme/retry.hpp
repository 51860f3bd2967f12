// SPDX-License-Identifier: Apache-2.0
// When a CA is asked again: what its Retry-After says (RFC 9110 §10.2.3), how long to wait before
// an order is looked at, and what an exception of a request says about going on.
#pragma once

#include "base/time_text.hpp"

#include <chrono>
#include <exception>
#include <optional>
#include <string_view>

namespace md::acme {

using std::chrono::milliseconds;
using std::chrono::sys_seconds;

// When to ask again; nullopt when it is neither form. Never more than 30 days from now: a CA's slip
// must not silence an MD for years.
std::optional<sys_seconds> parse_retry_after(std::string_view value, sys_seconds now);

// The CA's Retry-After, else 1-2-4-8 s, with one quick look first where the CA is likely done at
// once.
class PollPace {
public:
    explicit PollPace(milliseconds first) : first_(first) {}

    // Retry-After is honoured between a second and a minute: it says when, not whether.
    milliseconds next(std::optional<sys_seconds> retry_after, sys_seconds now);
    // The last pause was not waited out: it does not count.
    void cut_short();
    milliseconds total() const { return total_; }

private:
    milliseconds first_;
    milliseconds total_{0}, last_{0};
    int steps_ = 0;
};

struct Trouble {
    bool passes = false;      // the connection's, a CA that is down, or a rate: time mends it
    bool is_refusal = false;  // the CA has answered
    std::optional<sys_seconds> retry_after;
};
Trouble trouble_of(std::exception_ptr thrown);

}  // namespace md::acme

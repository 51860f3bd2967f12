// SPDX-License-Identifier: Apache-2.0
// A CA in virtual time, as its clients meet it: Let's Encrypt's limits as of 2026, kept as Boulder
// keeps them; lifetimes that shrink over the years; hours out of order or busy. No messages, no
// cryptography. Stricter than the real one: no renewal is exempt from the orders of an account.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <vector>

namespace md::bench {

using std::chrono::seconds;
using std::chrono::sys_seconds;

struct Span {
    sys_seconds from, until;

    bool has(sys_seconds time) const { return from <= time && time < until; }
    bool meets(const Span& other) const { return from < other.until && other.from < until; }
};
using Spans = std::vector<Span>;
bool any_has(const Spans& spans, sys_seconds time);
bool any_meets(const Spans& spans, const Span& other);

// So many at once, and one more after each `refill`.
struct Limit {
    unsigned burst;
    seconds refill;
};

// What one subject has used of a limit.
class Usage {
public:
    // When there is room for one more: `now`, or later.
    sys_seconds room(const Limit& limit, sys_seconds now) const;
    void count(const Limit& limit, sys_seconds now);

private:
    sys_seconds empty_again_{};  // GCRA's theoretical arrival time
};

enum class Answer { accepted, silence, busy, limited };

class ModelCa {
public:
    struct Era {
        sys_seconds from;
        seconds lifetime;
    };
    Spans down, busy;       // no answer; 503 with Retry-After
    std::vector<Era> eras;  // in order; the first holds from the start

    struct Reply {
        Answer answer;
        sys_seconds retry_after{};  // of busy and limited
    };
    // An order for an MD, whose certificate this renews or not.
    Reply new_order(std::size_t place, bool renewal, sys_seconds now);
    void refuse_proof(std::size_t place, sys_seconds now);
    // The lifetime of what is issued now.
    seconds issue(std::size_t place, bool renewal, sys_seconds now);

    std::size_t busiest_hour() const { return busiest_hour_; }
    std::size_t limits_hit() const { return limits_hit_; }
    // Orders placed although an answer had asked all to wait longer.
    std::size_t too_early() const { return too_early_; }

private:
    sys_seconds room(std::size_t place, bool renewal, sys_seconds now);
    void note_order(sys_seconds now);

    Usage account_;
    std::map<std::size_t, Usage> registered_domains_, identifier_sets_, failed_proofs_;
    std::deque<sys_seconds> last_hour_;
    sys_seconds asked_at_{}, asked_to_wait_{};
    std::size_t busiest_hour_ = 0, limits_hit_ = 0, too_early_ = 0;
};

}  // namespace md::bench

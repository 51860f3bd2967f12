// SPDX-License-Identifier: Apache-2.0
// When to try again after a failure (DESIGN §6). Pure: jitter is drawn by the caller, once, and the
// result is stored, so a restart does not draw again.
#pragma once

#include "model/failure.hpp"

#include <chrono>
#include <optional>

namespace md::schedule {

using std::chrono::seconds;
using std::chrono::sys_seconds;

// A CA that asks for more than this is asked again after this: a mistaken date must not end the
// schedule for years.
constexpr seconds longest_retry_after = std::chrono::days{7};
// No retry_at lies further than this after its failure.
constexpr seconds longest_delay = longest_retry_after + std::chrono::days{1};

struct FailedAttempt {
    model::FailureClass failure_class;
    unsigned errors;                         // failures in a row, this one included: 1, 2, ...
    sys_seconds at;                          // when it failed
    std::optional<sys_seconds> retry_after;  // the CA's word; beats everything
    std::optional<seconds> lifetime;  // of the certificate held, if one is: no delay above a tenth
    seconds retry_delay{5};           // MDRetryDelay
    double jitter = 0.5;              // [0, 1): 0.5 is none, 0 is -25 %, 1 would be +25 %
    bool misunderstood = false;       // the CA's answer: the second time is no accident any more
};

// passing: retry_delay doubling to 1 hour; of what was misunderstood, retry_delay, then as budget.
// budget: 1, 10, 100 minutes, then daily. permanent:
// daily. Never less than a second. A Retry-After that is not later than the failure is none;
// another gets no negative jitter, and at most an hour of the other.
sys_seconds retry_at(const FailedAttempt& failed);

// The same for MDNotifyCmd: 5 s doubling to an hour, ±25 %.
sys_seconds notify_retry_at(unsigned errors, sys_seconds at, double jitter);

}  // namespace md::schedule

// SPDX-License-Identifier: Apache-2.0
// What a failure means for the attempts that follow, beside their time (schedule/backoff). Pure.
#pragma once

#include "model/attempts.hpp"

#include <chrono>
#include <cstddef>
#include <string_view>

namespace md::schedule {

using std::chrono::sys_seconds;

// Whether the order that the attempts up to now went on with is given up for another one. Some
// trouble is the order's own, and may be so for good. It may have come as far as a certificate, of
// which a CA grants few for the same names (Let's Encrypt: 5 in 7 days). Never
// where the CA's answer was not understood, or where the certificate is not valid yet.
bool needs_another_order(const model::Attempts& attempts);

// What a failure of this class, with this problem, is when it comes at this stage. Time does not
// mend what is wrong with the account, the order or the request of the certificate; what is called
// permanent elsewhere is not: a validation is repeated, and so is asking for what was promised.
model::FailureClass class_at(std::string_view stage, model::FailureClass failure_class,
                             std::string_view problem);

// With which of so many challenge types the next attempt begins: after a refused proof with the
// next one. 0 where there are none.
std::size_t first_challenge_type(const model::Attempts& attempts, std::size_t types);

// Until when the CA is left alone by all MDs when it refuses one until `retry_after`. A limit that
// an order has hit may be one of its names alone: others ask again after a quarter of an hour.
sys_seconds ca_left_alone_until(const model::Failure& failure, sys_seconds retry_after);

}  // namespace md::schedule

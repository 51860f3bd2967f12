// SPDX-License-Identifier: Apache-2.0
// What an order needs next (RFC 8555 §7.1.6): pure, and total over the CA's statuses. There is no
// other state machine: the CA's status is the state.
#pragma once

#include "acme/messages.hpp"

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace md::acme {

enum class OrderStep {
    fetch_authorizations,  // we do not know yet what is to be proved, or why it failed
    prove,                 // answer the challenges of `authorizations`
    await_validation,      // the CA is looking: fetch the order again in a while
    finalize,              // send the CSR
    await_certificate,     // the CA is signing: fetch the order again in a while
    download,              // fetch the certificate
    give_up                // `why` says what failed, and for which name
};

struct NextStep {
    OrderStep step;
    std::vector<std::size_t> authorizations;  // indexes, with prove
    std::string name;                         // with give_up: the name concerned, or ""
    Problem why;                              // with give_up
    bool misunderstood = false;               // with give_up: the order may be sound, and is kept
};

// Authorizations are empty until fetched; `proving` holds the indexes whose challenge was answered.
NextStep next_step(const Order& order, const std::vector<Authorization>& authorizations,
                   const std::set<std::size_t>& proving);

}  // namespace md::acme

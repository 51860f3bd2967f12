// SPDX-License-Identifier: Apache-2.0
// Whom this node has told of an MD, and where it has seen its live set. Of this node alone: others
// have servers of their own. Stored in the job.json of what was told.
#pragma once

#include "model/shared.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace md::model {

using std::chrono::sys_seconds;

// A command that is run for the live set until it succeeds.
struct OwedCall {
    bool owed = false;
    unsigned errors = 0;  // failures in a row
    std::optional<sys_seconds> next;
    std::string reason;  // of the last failure, one line

    bool operator==(const OwedCall&) const = default;
};

// When MDMessageCmd was last told of the attempts that go on.
struct AttemptMessages {
    std::optional<sys_seconds> renewing, errored;

    bool operator==(const AttemptMessages&) const = default;
};

// What was seen at MDServedAt of the live set since the last notification.
struct Served {
    bool confirmed = false;   // by the last look
    bool told_again = false;  // not seen for a while: MDNotifyCmd was run once more
    unsigned failures = 0;    // looks in a row that did not see it
    std::string instead;      // what the last one saw: "HOST:PORT shows ..."
    std::optional<sys_seconds> last, next;

    bool operator==(const Served&) const = default;
};

struct Delivery {
    OwedCall notification;                // MDNotifyCmd
    OwedCall message;                     // MDMessageCmd, of the new set
    std::optional<sys_seconds> warned;    // MDMessageCmd was told that the set expires
    std::optional<sys_seconds> unwarned;  // the same, and failed
    Shared<Served> served;
    AttemptMessages attempts;

    bool operator==(const Delivery&) const = default;
};

}  // namespace md::model

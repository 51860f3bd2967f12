// SPDX-License-Identifier: Apache-2.0
// Which MDs are owed a notification and when: pure. Renewals that finish close together share one
// call of MDNotifyCmd, so that 500 renewals are one reload of the web server.
#pragma once

#include "model/desired_state.hpp"
#include "model/observed_state.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace md::notify {

using std::chrono::sys_seconds;

struct Owed {
    std::vector<std::string> domains;  // to be told now, in one call, in the configuration's order
    std::optional<sys_seconds> next;   // when there is something to tell; absent: nothing is owed
};

// It counts when MDNotifyCmd is configured.
bool is_owed(const model::ObservedDomain& held);

// Whoever is to be told of the live set, by MDNotifyCmd and MDMessageCmd, has been.
bool is_told(const model::ServerSettings& server, const model::Delivery& delivery);

// Of these MDs, in this order. When one is due, all that are owed go along, also those that wait
// after a failed call: it is the same reload. One becomes due when its set became live, after a
// failure at the call's next time. `busy`: attempts are running or due now; due ones wait for
// them, at most `patience` after the earliest became due. A time there beyond what can be true
// is a clock that jumped: due now.
Owed owed(const model::ServerSettings& server,
          const std::vector<const model::ManagedDomain*>& domains,
          const model::ObservedState& observed, sys_seconds now, bool busy,
          std::chrono::seconds patience = std::chrono::seconds{60});

// The command line: MDNotifyCmd with the names appended.
std::vector<std::string> command_for(const std::vector<std::string>& notify_command,
                                     const std::vector<std::string>& domains);

}  // namespace md::notify

// SPDX-License-Identifier: Apache-2.0
// MDMessageCmd (mod_md's; reference part 2.11): which events it is run for and how often. Pure.
#pragma once

#include "model/desired_state.hpp"
#include "model/observed_state.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace md::notify {

using std::chrono::sys_seconds;

namespace reason {
constexpr std::string_view renewing = "renewing";    // before an attempt; a failure puts it off
constexpr std::string_view renewed = "renewed";      // a new set is live, and MDNotifyCmd succeeded
constexpr std::string_view installed = "installed";  // after it; a failure is ignored
constexpr std::string_view expiring = "expiring";    // daily within MDWarnWindow
constexpr std::string_view errored = "errored";      // after a failed attempt; failures are ignored
// "challenge-setup:http-01:www.example.org": before the CA is told to look.
std::string challenge_setup(model::ChallengeType type, const model::Identifier& name);
}  // namespace reason

// The command line: MDMessageCmd with reason and MD appended.
std::vector<std::string> message_for(const std::vector<std::string>& message_command,
                                     std::string_view reason, const std::string& domain);

// Within the last hour: an attempt (renewing) or its failure (errored) is not told of again.
bool is_told_lately(const std::optional<sys_seconds>& told, sys_seconds now);

// When the MD is next told that its certificate expires: within MDWarnWindow, a day after the last
// time it was told, an hour after a failed call. nullopt: no MDMessageCmd or no certificate.
std::optional<sys_seconds> next_expiry_warning(const model::ServerSettings& server,
                                               const model::ManagedDomain& wanted,
                                               const model::ObservedDomain& held, sys_seconds now);

// When the MD is told of its new set, "renewed" and "installed": once MDNotifyCmd has succeeded,
// after a failure at the call's next time; a time there beyond what can be true is a clock that
// jumped. nullopt: nothing is owed, or not yet.
std::optional<sys_seconds> next_message(const model::ServerSettings& server,
                                        const model::ObservedDomain& held, sys_seconds now);

// The call that failed and is to be made again.
struct FailedCall {
    std::string_view directive;  // "MDNotifyCmd", "MDMessageCmd"
    unsigned errors = 0;         // in a row
    std::optional<sys_seconds> next;
    std::string why;  // one line
};
std::optional<FailedCall> failed_call(const model::ServerSettings& server,
                                      const model::Delivery& delivery);

}  // namespace md::notify

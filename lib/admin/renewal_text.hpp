// SPDX-License-Identifier: Apache-2.0
// What came of a renewal that a person asked for and waited for, as text. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <string>

namespace md::admin {

struct RenewalReport {
    std::string done;    // lines of what went well
    std::string failed;  // lines of what did not, and what to do about it
};

// `status` is what the daemon answers to "renew": the status JSON of these managed domains, with
// those that the rate of orders lets wait as "waiting".
RenewalReport renewal_report(const nlohmann::json& status, std::chrono::sys_seconds now);

}  // namespace md::admin

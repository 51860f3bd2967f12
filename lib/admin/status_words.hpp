// SPDX-License-Identifier: Apache-2.0
// What the status of one MD says to people, thought by thought: the text and the page put the
// same words in different places. What is absent is an empty text.
#pragma once

#include "admin/domain_status.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace md::admin {

struct StatusWords {
    std::string name, other_names;
    std::string state, state_with_reason;  // "failing", "failing: no certificate is held"
    std::optional<sys_seconds> until;      // of the certificates held, the earliest
    std::string certificate;               // "RSA 2048, issued by CN=..."
    std::string next;
    std::string problem, advice;  // of the last attempt
    std::string notification;
    bool notification_failed = false;
    std::string served, served_advice;
    bool not_served = false;
};

StatusWords words_of(const DomainStatus& status, sys_seconds now);

// The texts from the first-th on, separated by ", ".
std::string joined(const std::vector<std::string>& texts, std::size_t first);

// "in 59 days", "5 minutes ago", "now".
std::string distance(sys_seconds time, sys_seconds now);
// "2026-08-29 12:00:00 UTC, in 59 days"
std::string moment(sys_seconds time, sys_seconds now);

}  // namespace md::admin

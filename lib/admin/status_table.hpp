// SPDX-License-Identifier: Apache-2.0
// The status of many managed domains: a line each, trouble first; and what counts as trouble. Pure.
#pragma once

#include "admin/domain_status.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace md::admin {

// Something is not as it should be with this managed domain, and a monitor shall say so: it is
// expired, failing, missing, incomplete or stopped, its notification failed, a server shows another
// certificate, or it is due and no daemon runs.
bool in_trouble(const DomainStatus& status, bool daemon_runs);

// Name, state, days left, next action, problem. Those in trouble first, then what ends first.
std::string status_table(const std::vector<DomainStatus>& domains, sys_seconds now, bool colour);

}  // namespace md::admin

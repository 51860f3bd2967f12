// SPDX-License-Identifier: Apache-2.0
// What was in the way of an attempt, told by what was thrown: each room throws in its own words.
#pragma once

#include "model/failure_cause.hpp"

#include <exception>
#include <string>

namespace md::drive {

model::FailureCause cause_of(std::exception_ptr thrown);

// What ended a child of the loop that records its failures itself: null when it ended well, else a
// cancellation, or a defect of ours. "" = no MD in particular.
void log_unexpected(const std::string& domain, std::exception_ptr thrown);

}  // namespace md::drive

// SPDX-License-Identifier: Apache-2.0
// What was in the way of an attempt, told by what was thrown: each room throws in its own words.
#pragma once

#include "model/failure_cause.hpp"

#include <exception>

namespace md::drive {

model::FailureCause cause_of(std::exception_ptr thrown);

}  // namespace md::drive

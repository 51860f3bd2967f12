// SPDX-License-Identifier: Apache-2.0
// A failure in plain words: what a person can do about it. Pure.
#pragma once

#include "model/job.hpp"

#include <string>

namespace md::admin {

// One or two sentences; never empty. What the CA said is not in it.
std::string advice_for(const model::Failure& failure);

}  // namespace md::admin

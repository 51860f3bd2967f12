// SPDX-License-Identifier: Apache-2.0
// A failure in plain words: what a person can do about it. Pure.
#pragma once

#include "model/failure.hpp"

#include <string>

namespace md::admin {

// A few sentences; never empty. What the CA said is not in it. `domain` is for the command that
// looks further.
std::string advice_for(const model::Failure& failure, const std::string& domain = {});

// What can be done about it, alone; "" of none.
std::string advice_for_cause(model::FailureCause cause);

// Before that of a failure, where the certificate in use has expired meanwhile.
std::string advice_for_expired(const std::string& domain);

}  // namespace md::admin

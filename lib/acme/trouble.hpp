// SPDX-License-Identifier: Apache-2.0
// What an exception of a request to the CA says about going on.
#pragma once

#include "base/time_text.hpp"

#include <chrono>
#include <exception>
#include <optional>

namespace md::acme {

using std::chrono::sys_seconds;

struct Trouble {
    bool passes = false;      // the connection's, a CA that is down, or a rate: time mends it
    bool is_refusal = false;  // the CA has answered
    std::optional<sys_seconds> retry_after;
};
Trouble trouble_of(std::exception_ptr thrown);

}  // namespace md::acme

// SPDX-License-Identifier: Apache-2.0
// Asks the system's name server for CAA records.
#pragma once

#include <string>
#include <vector>

namespace md::http {

struct CaaAnswer {
    std::string at;                  // the name that has the records; "" when none has any
    std::vector<std::string> rdata;  // RFC 8659 §4.1
};

// The records that hold for the name: its own, or those of the nearest name above it that has any
// (§3). Waits some seconds at most for each of those names. Throws TransportError.
CaaAnswer look_up_caa(std::string name);

}  // namespace md::http

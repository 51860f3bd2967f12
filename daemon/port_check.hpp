// SPDX-License-Identifier: Apache-2.0
// Whether somebody else on this machine could answer the CA in mdcertd's place.
#pragma once

#include "model/desired_state.hpp"
#include "system_user.hpp"

#include <string>
#include <vector>

namespace md {

// What is wrong with a local port or socket of MDPortMap, and what to do about it.
struct PortMistake {
    std::string message, hint;
};

// A port that any local user may listen on while mdcertd does not, where a challenge goes by it; a
// socket that others could replace, or that nothing makes.
std::vector<PortMistake> port_mistakes(const model::DesiredState& desired,
                                       const SystemUser& account);

}  // namespace md

// SPDX-License-Identifier: Apache-2.0
// Giving up root: once the ports are bound, the process becomes the configured user for good.
#pragma once

#include "model/desired_state.hpp"

namespace md {

// Does nothing unless started as root. Makes ServerRoot for the user where it is missing. Warns
// when it has to stay root (no such user, or User root). Throws base::SystemError when becoming the
// user fails.
void become_user(const model::ServerSettings& server);

}  // namespace md

// SPDX-License-Identifier: Apache-2.0
// How many files the process may have open: each connection to the responder is one.
#pragma once

namespace md {

// As many as the administrator allows, within reason.
void raise_file_limit();

}  // namespace md

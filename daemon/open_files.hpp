// SPDX-License-Identifier: Apache-2.0
// The descriptors of the process: how many it may have, each connection to the responder is one;
// and that the first three are what everything takes them for.
#pragma once

namespace md {

// As many as the administrator allows, within reason.
void raise_file_limit();

// A standard stream that whoever started us closed leads to /dev/null: else the next file that is
// opened, one of the store for instance, would be written to as standard error.
void keep_standard_streams();

}  // namespace md

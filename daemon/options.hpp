// SPDX-License-Identifier: Apache-2.0
// The command line (DESIGN §3): subcommands, their options, usage errors.
#pragma once

namespace md {

// Returns the exit code: 0 fine, 1 failed or invalid, 2 usage.
int run_command_line(int argc, char** argv);

}  // namespace md

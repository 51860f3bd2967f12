// SPDX-License-Identifier: Apache-2.0
// What signals may do to the process before, and beside, the loop that takes SIGHUP and SIGTERM.
#pragma once

namespace md {

// A reload that is asked for while the process starts is not its end: SIGHUP waits. The first thing
// in main().
void hold_hangups();
// From here on SIGHUP does what the program has set for it; one that waited comes now.
void release_hangups();

// A log that nobody reads any more, a client that left and a limit of file sizes are errors of the
// write, not the end of the process. For those that keep a store.
void outlive_failed_writes();

}  // namespace md

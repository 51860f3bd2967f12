// SPDX-License-Identifier: Apache-2.0
// Memory that was needed once, for ten thousand records or a page of them, and is not needed again
// for long.
#pragma once

namespace md {

// For the first line of main(): what one thread frees another one takes, though they may wait for
// each other a little.
void share_memory_among_threads();

// Gives what is free back to the system.
void return_free_memory();

}  // namespace md

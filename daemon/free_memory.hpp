// SPDX-License-Identifier: Apache-2.0
// Memory that was needed once, for ten thousand records or a page of them, and is not needed again
// for long.
#pragma once

namespace md {

// Gives what is free back to the system.
void return_free_memory();

}  // namespace md

// SPDX-License-Identifier: Apache-2.0
#include "free_memory.hpp"

#include <malloc.h>

namespace md {

void share_memory_among_threads() {
#ifdef __GLIBC__
    ::mallopt(M_ARENA_MAX, 1);
#endif
}

void return_free_memory() {
#ifdef __GLIBC__
    ::malloc_trim(0);
#endif
}

}  // namespace md

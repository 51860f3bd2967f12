// SPDX-License-Identifier: Apache-2.0
#include "free_memory.hpp"

#include <malloc.h>

namespace md {

void return_free_memory() {
#ifdef __GLIBC__
    ::malloc_trim(0);
#endif
}

}  // namespace md

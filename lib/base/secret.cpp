// SPDX-License-Identifier: Apache-2.0
#include "base/secret.hpp"

#include <cstring>

namespace md::base {

void wipe(void* memory, std::size_t size) noexcept {
    if (memory != nullptr && size > 0)
        ::explicit_bzero(memory, size);
}

}  // namespace md::base

// SPDX-License-Identifier: Apache-2.0
#include "crypto/wiping_memory.hpp"

#include "base/secret.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <malloc.h>

namespace md::crypto {
namespace {

void* get(std::size_t size, const char* /*file*/, int /*line*/) {
    return size == 0 ? nullptr : std::malloc(size);
}

void give_back(void* memory, const char* /*file*/, int /*line*/) {
    if (memory == nullptr)
        return;
    base::wipe(memory, ::malloc_usable_size(memory));
    std::free(memory);
}

// realloc() may move what it holds and leave a copy.
void* change(void* memory, std::size_t size, const char* file, int line) {
    void* other = get(size, file, line);
    if (other == nullptr && size != 0)
        return nullptr;
    if (memory != nullptr && other != nullptr)
        std::memcpy(other, memory, std::min(size, ::malloc_usable_size(memory)));
    give_back(memory, file, line);
    return other;
}

}  // namespace

bool wipe_what_openssl_frees() {
    return CRYPTO_set_mem_functions(get, change, give_back) == 1;
}

}  // namespace md::crypto

// SPDX-License-Identifier: Apache-2.0
#include "crypto/error.hpp"

#include <openssl/err.h>

#include <cstring>

namespace md::crypto {
namespace {

std::string reason_of(unsigned long code) {
    if (ERR_SYSTEM_ERROR(code))
        return std::strerror(ERR_GET_REASON(code));
    const char* reason = ERR_reason_error_string(code);
    return reason != nullptr ? reason : "error " + std::to_string(code);
}

}  // namespace

void raise(const std::string& doing) {
    // The oldest entry is the cause; what came after it are the callers passing it on.
    unsigned long cause = ERR_get_error();
    ERR_clear_error();
    throw CryptoError(doing + (cause != 0 ? ": " + reason_of(cause) : " failed"));
}

bool answer(int result) {
    ERR_clear_error();
    return result == 1;
}

}  // namespace md::crypto

// SPDX-License-Identifier: Apache-2.0
// OpenSSL's failures as exceptions, and its objects as owners. Every call goes through check/raise,
// which drain the error queue, so no later call sees an error that is not its own.
#pragma once

#include "base/error.hpp"

#include <memory>
#include <string>

namespace md::crypto {

class CryptoError : public base::Error {
public:
    using base::Error::Error;
};

// Throws CryptoError("DOING: OpenSSL's reason") and empties the error queue.
[[noreturn]] void raise(const std::string& doing);

// Passes a pointer through, or raises when it is null.
template <typename T>
T* check(T* pointer, const char* doing) {
    if (pointer == nullptr)
        raise(doing);
    return pointer;
}
// Passes when OpenSSL says 1 (or more), or raises.
inline void check(int result, const char* doing) {
    if (result <= 0)
        raise(doing);
}

// For calls whose result is an answer (equal? verified?) and not a failure: 1 is yes. Leaves an
// empty error queue too.
bool answer(int result);

template <auto Free>
struct FreeWith {
    template <typename T>
    void operator()(T* object) const {
        Free(object);
    }
};

}  // namespace md::crypto

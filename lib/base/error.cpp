// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"

#include <cerrno>
#include <system_error>

namespace md::base {

SystemError::SystemError(const std::string& doing, int number)
    : Error(doing + ": " + std::generic_category().message(number)), number_(number) {}

void raise_errno(const std::string& doing) {
    throw SystemError(doing, errno);
}

}  // namespace md::base

// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"

#include <cerrno>
#include <system_error>

namespace md::base {

namespace {

std::string reason(int number) {
    std::string text = std::generic_category().message(number);
    // The service that is shipped sees the whole disk so, but for its own folder.
    return number == EROFS ? text + " (under systemd: ReadWritePaths= in a drop-in)" : text;
}

}  // namespace

SystemError::SystemError(const std::string& doing, int number)
    : Error(doing + ": " + reason(number)), number_(number) {}

void raise_errno(const std::string& doing) {
    throw SystemError(doing, errno);
}

}  // namespace md::base

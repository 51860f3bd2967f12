// SPDX-License-Identifier: Apache-2.0
// The root of everything that is thrown: a broken world (I/O, TLS, a malformed protocol, a
// refusal). An answer, even an unwelcome one, is a value and never an Error.
#pragma once

#include <stdexcept>
#include <string>

namespace md::base {

class Error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// A system call failed. what() is "DOING: strerror", for instance
// "cannot write /var/lib/mdcertd/md/domains/a.org/md.json: No space left on device".
class SystemError : public Error {
public:
    SystemError(const std::string& doing, int number);
    int number() const { return number_; }

private:
    int number_;
};

// Throws SystemError with the present errno.
[[noreturn]] void raise_errno(const std::string& doing);

}  // namespace md::base

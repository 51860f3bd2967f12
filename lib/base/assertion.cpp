// SPDX-License-Identifier: Apache-2.0
// A broken assumption inside of Boost ends what was being done, as any other error does, and not
// the daemon: a stranger who finds one on port 80 has lost his connection, nobody else anything.
#include <boost/assert.hpp>

#include <stdexcept>
#include <string>

namespace boost {

void assertion_failed(char const* expression, char const* function, char const* /*file*/,
                      long line) {
    throw std::logic_error("internal error: " + std::string(expression) + " in " + function +
                           ", line " + std::to_string(line));
}

void assertion_failed_msg(char const* expression, char const* message, char const* function,
                          char const* file, long line) {
    assertion_failed((std::string(expression) + ": " + message).c_str(), function, file, line);
}

}  // namespace boost

// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"

#include "support/catch.hpp"

#include <cerrno>
#include <string>

using namespace md::base;

TEST_CASE("a system error says what was being done and why it failed") {
    SystemError error("cannot write /x/y", ENOSPC);
    CHECK(error.number() == ENOSPC);
    CHECK(std::string(error.what()) == "cannot write /x/y: No space left on device");
}

TEST_CASE("raise_errno takes the present errno") {
    errno = EACCES;
    try {
        raise_errno("cannot open /z");
        FAIL("it returned");
    } catch (const Error& error) {
        CHECK(std::string(error.what()) == "cannot open /z: Permission denied");
    }
}

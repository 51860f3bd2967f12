// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <boost/assert.hpp>

#include <stdexcept>

namespace {

void assume(bool condition) {
    BOOST_ASSERT(condition);
}

}  // namespace

TEST_CASE("a broken assumption of Boost is an exception, not the end") {
    CHECK_NOTHROW(assume(true));
    CHECK_THROWS_AS(assume(false), std::logic_error);
}

// SPDX-License-Identifier: Apache-2.0
#include "model/failure_cause.hpp"

#include "support/catch.hpp"

using namespace md::model;

TEST_CASE("every cause of a failure has a word of its own, which is read back") {
    for (int i = 0; i <= static_cast<int>(FailureCause::certificate_ahead); ++i) {
        auto cause = static_cast<FailureCause>(i);
        CHECK(failure_cause_named(word(cause)) == cause);
        CHECK(word(cause).empty() == (cause == FailureCause::none));
    }
    CHECK_FALSE(failure_cause_named("phase-of-the-moon"));
}

// SPDX-License-Identifier: Apache-2.0
#include "base/ascii.hpp"

#include "support/catch.hpp"

using namespace md;

TEST_CASE("the letters of ASCII are lowered, and nothing else") {
    CHECK(base::lower("WWW.Example-1.ORG@[`{") == "www.example-1.org@[`{");
    CHECK(base::lower("\xc3\x84\xff") == "\xc3\x84\xff");
    CHECK(base::lower("") == "");
    CHECK(base::same_word("Content-LENGTH", "content-length"));
    CHECK_FALSE(base::same_word("content-length", "content-lengt"));
    CHECK_FALSE(base::same_word("a[", "a{"));
}

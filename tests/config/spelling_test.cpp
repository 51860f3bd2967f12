// SPDX-License-Identifier: Apache-2.0
#include "config/spelling.hpp"

#include "support/catch.hpp"

#include <array>

using namespace md::config;

TEST_CASE("the edit distance counts letters inserted, dropped, replaced and swapped") {
    CHECK(edit_distance("", "") == 0);
    CHECK(edit_distance("auto", "auto") == 0);
    CHECK(edit_distance("alway", "always") == 1);
    CHECK(edit_distance("alwayss", "always") == 1);
    CHECK(edit_distance("alwaxs", "always") == 1);
    CHECK(edit_distance("awlays", "always") == 1);
    CHECK(edit_distance("", "abc") == 3);
    CHECK(edit_distance("kitten", "sitting") == 3);
}

TEST_CASE("case does not count") {
    CHECK(edit_distance("MDMEMBER", "mdmember") == 0);
    CHECK(same_word("ServerName", "SERVERNAME"));
    CHECK_FALSE(same_word("ServerName", "ServerNam"));
    CHECK(lower("ABC-xyz_1") == "abc-xyz_1");
}

TEST_CASE("letters outside of ASCII are left alone") {
    CHECK(lower("\xc3\x9c") == "\xc3\x9c");
    CHECK_FALSE(same_word("\xc3\x9c", "\xc3\xbc"));
}

TEST_CASE("the closest word is the one with the least distance within the limit") {
    std::array<std::string_view, 3> words = {"auto", "always", "manual"};
    CHECK(closest("alwais", words, 2) == "always");
    CHECK(closest("manuel", words, 1) == "manual");
    CHECK(closest("auto", words, 0) == "auto");
    CHECK_FALSE(closest("never", words, 2));
    CHECK_FALSE(closest("", words, 2));
}

TEST_CASE("words no name is as long as are not compared") {
    std::array<std::string_view, 1> words = {"auto"};
    CHECK_FALSE(closest(std::string(1'000'000, 'a'), words, 1'000'000));
}

TEST_CASE("a word in a message is in quotes and not too long") {
    CHECK(in_quotes("abc") == "'abc'");
    CHECK(in_quotes(std::string(200, 'x')) == "'" + std::string(77, 'x') + "...'");
}

TEST_CASE("printable text is on one line and steers no terminal") {
    CHECK(printable("a\tb\nc\x1b[m\x7f") == "a b?c?[m?");
    CHECK(printable("b\xc3\xbc"
                    "cher") ==
          "b\xc3\xbc"
          "cher");
}

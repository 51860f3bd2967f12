// SPDX-License-Identifier: Apache-2.0
#include "config/diagnostic.hpp"

#include "support/catch.hpp"

using namespace md::config;

TEST_CASE("a diagnostic is place, message, source line, caret and hint") {
    Diagnostic diagnostic{
        Severity::error, "/etc/mdcertd/mdcertd.conf", 3, 5, "no such thing", "    MDThing on", 5,
        "leave it out"};
    CHECK(render(diagnostic) ==
          "/etc/mdcertd/mdcertd.conf:3:5: error: no such thing\n"
          "      MDThing on\n"
          "      ^\n"
          "  hint: leave it out\n");
}

TEST_CASE("a warning says that it is one") {
    Diagnostic diagnostic{Severity::warning, "a.conf", 1, 1, "odd", "Odd", 1, ""};
    CHECK(render(diagnostic) == "a.conf:1:1: warning: odd\n  Odd\n  ^\n");
}

TEST_CASE("a diagnostic of a whole file has no line") {
    Diagnostic diagnostic{Severity::error, "a.conf", 0, 0, "cannot be read", "", 0, "try again"};
    CHECK(render(diagnostic) == "a.conf: error: cannot be read\n  hint: try again\n");
}

TEST_CASE("the caret stands under the column whatever stands before it") {
    SECTION("a tab takes one place") {
        Diagnostic diagnostic{Severity::error, "a", 1, 2, "m", "\tX", 2, ""};
        CHECK(render(diagnostic) == "a:1:2: error: m\n   X\n   ^\n");
    }
    SECTION("a letter of two octets takes one place") {
        Diagnostic diagnostic{Severity::error, "a", 1, 4, "m", "\xc3\xbc X", 4, ""};
        CHECK(render(diagnostic) == "a:1:4: error: m\n  \xc3\xbc X\n    ^\n");
    }
    SECTION("behind the end of the line it stays at the end") {
        Diagnostic diagnostic{Severity::error, "a", 1, 9, "m", "ab", 9, ""};
        CHECK(render(diagnostic) == "a:1:9: error: m\n  ab\n    ^\n");
    }
}

TEST_CASE("a hostile file can not steer the terminal") {
    Diagnostic diagnostic{Severity::error, "a\x1b[2J",      1, 1,
                          "\x1b]0;x\x07",  "\x1b[31mred\r", 1, "\x7f"};
    std::string text = render(diagnostic);
    for (char c : text)
        CHECK((c == '\n' || (c >= ' ' && c != 0x7f)));
}

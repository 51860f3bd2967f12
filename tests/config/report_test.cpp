// SPDX-License-Identifier: Apache-2.0
#include "config/report.hpp"

#include "support/catch.hpp"

using namespace md::config;

namespace {

struct Reported {
    Sources sources;
    Report report{sources};

    explicit Reported(std::string text) { sources.add("a.conf", std::move(text)); }
};

}  // namespace

TEST_CASE("a report shows the line of its place, without the line end") {
    Reported reported("first\r\n  second line\r\nthird");
    reported.report.error({0, 2, 3, 9}, "message", "hint");
    reported.report.warning({0, 3, 1, 22}, "last");
    auto told = reported.report.take();
    REQUIRE(told.size() == 2);
    CHECK(told[0].file == "a.conf");
    CHECK(told[0].source_line == "  second line");
    CHECK(told[0].caret == 3);
    CHECK(told[0].hint == "hint");
    CHECK(told[1].source_line == "third");
    CHECK(told[1].severity == Severity::warning);
}

TEST_CASE("of a very long line the part around the place is shown") {
    Reported reported(std::string(5000, 'a') + "X" + std::string(5000, 'b'));
    reported.report.error({0, 1, 5001, 5000}, "message");
    auto told = reported.report.take();
    CHECK(told[0].source_line.size() == 240);
    CHECK(told[0].source_line[told[0].caret - 1] == 'X');
    CHECK(told[0].column == 5001);
}

TEST_CASE("reports are ordered by file, line and column, whatever order they came in") {
    Reported reported("one two\nthree\n");
    reported.sources.add("b.conf", "four\n");
    reported.report.error({1, 1, 1, 0}, "d");
    reported.report.warning({0, 2, 1, 8}, "c");
    reported.report.error({0, 1, 5, 4}, "b");
    reported.report.error({0, 1, 1, 0}, "a");
    std::string order;
    for (const Diagnostic& diagnostic : reported.report.take())
        order += diagnostic.message;
    CHECK(order == "abcd");
    CHECK(reported.report.take().empty());
}

TEST_CASE("a place behind the end of a file shows an empty line") {
    Reported reported("");
    reported.report.error({0, 1, 1, 0}, "message");
    CHECK(reported.report.take()[0].source_line.empty());
}

TEST_CASE("errors and warnings are bounded each by itself") {
    Reported reported("x\n");
    for (std::size_t i = 0; i < 3 * Report::limit; ++i)
        reported.report.warning({0, 1, 1, 0}, "warning");
    reported.report.error({0, 1, 1, 0}, "error");
    CHECK(reported.report.take().size() == Report::limit + 1);
}

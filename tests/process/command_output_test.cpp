// SPDX-License-Identifier: Apache-2.0
// Any amount of any octets goes in; what is kept is bounded and harmless.
#include "process/command_output.hpp"

#include "base/log.hpp"
#include "support/catch.hpp"

using md::process::CommandOutput;

TEST_CASE("what was printed is kept as it was") {
    CommandOutput output("x");
    output.add("reloading\ndo");
    output.add("ne");
    output.finish();
    CHECK(output.last_part() == "reloading\ndone");
    CHECK(output.lines() == 2);
}

TEST_CASE("the last 4 KiB are kept, whatever the pieces") {
    md::log::set_level(md::log::Level::warn);
    CommandOutput whole("x"), pieces("x");
    std::string text;
    for (int i = 0; i < 5000; ++i)
        text += std::to_string(i) + "\n";
    whole.add(text);
    for (std::size_t at = 0; at < text.size(); at += 7)
        pieces.add(std::string_view(text).substr(at, 7));
    CHECK(whole.last_part() == text.substr(text.size() - CommandOutput::kept_octets));
    CHECK(pieces.last_part() == whole.last_part());
    CHECK(pieces.lines() == 5000);
    CHECK(whole.first_line() == "0");
}

TEST_CASE("control characters are masked, line breaks are not") {
    CommandOutput output("x");
    output.add(std::string_view("a\x1b[31mred\0\r\nb\x07", 15));
    std::string kept = output.last_part();
    CHECK(kept.find('\x1b') == std::string::npos);
    CHECK(kept.find('\0') == std::string::npos);
    CHECK(kept.find('\r') == std::string::npos);
    CHECK(kept.find('\n') != std::string::npos);
}

TEST_CASE("a line without an end does not grow") {
    CommandOutput output("x");
    for (int i = 0; i < 1000; ++i)
        output.add(std::string(10'000, 'x'));
    output.finish();
    CHECK(output.lines() == 1);
    CHECK(output.last_part().size() == CommandOutput::kept_octets);
}

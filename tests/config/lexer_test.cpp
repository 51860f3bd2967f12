// SPDX-License-Identifier: Apache-2.0
#include "config/lexer.hpp"

#include "support/catch.hpp"

using namespace md::config;

namespace {

// Reads a text line by line, and one line word by word.
struct Reading {
    Sources sources;
    Report report{sources};
    Variables variables;
    std::vector<Line> lines;

    explicit Reading(std::string text, Variables given = {{}, {}}) : variables(std::move(given)) {
        std::uint32_t file = sources.add("conf", std::move(text));
        LineReader reader(file, sources, variables, report);
        for (Line line; reader.next(line);)
            lines.push_back(line);
    }

    std::vector<std::string> texts() const {
        std::vector<std::string> result;
        for (const Line& line : lines)
            result.emplace_back(line.text());
        return result;
    }

    std::vector<Argument> words() {
        REQUIRE(lines.size() == 1);
        return split_words(lines[0], 0, lines[0].text().size(), report)
            .value_or(std::vector<Argument>{});
    }

    std::vector<std::string> word_texts() {
        std::vector<std::string> result;
        for (const Argument& word : words())
            result.push_back(word.text);
        return result;
    }
};

using Texts = std::vector<std::string>;

std::string place(const Position& at) {
    return std::to_string(at.line) + ":" + std::to_string(at.column);
}

}  // namespace

TEST_CASE("blank lines and comments are no lines") {
    CHECK(Reading("\n   \n# comment\n  # indented\nListen 80\n").texts() == Texts{"Listen 80"});
    CHECK(Reading("").texts().empty());
    CHECK(Reading("\n").texts().empty());
}

TEST_CASE("blanks around a line are dropped and its place is where it starts") {
    Reading reading("\n\t  Listen 80 \t\n");
    CHECK(reading.texts() == Texts{"Listen 80"});
    CHECK(place(reading.lines[0].at(0)) == "2:4");
    CHECK(place(reading.lines[0].at(7)) == "2:11");
}

TEST_CASE("the last line needs no line end") {
    CHECK(Reading("Listen 80\nListen 443").texts() == Texts{"Listen 80", "Listen 443"});
}

TEST_CASE("lines may end as DOS has it") {
    CHECK(Reading("Listen 80\r\n\r\n# c\r\nListen 443\r\n").texts() ==
          Texts{"Listen 80", "Listen 443"});
}

TEST_CASE("a byte order mark is not seen") {
    Reading reading("\xef\xbb\xbfListen 80\n");
    CHECK(reading.texts() == Texts{"Listen 80"});
    CHECK(reading.report.take().empty());
}

TEST_CASE("a backslash at the end continues a line") {
    Reading reading("ManagedDomain a.org \\\n    b.org\\\r\n c.org\nListen 80\n");
    CHECK(reading.texts() == Texts{"ManagedDomain a.org     b.org c.org", "Listen 80"});
    CHECK(place(reading.lines[0].at(24)) == "2:5");
    CHECK(place(reading.lines[0].at(30)) == "3:2");
    CHECK(place(reading.lines[1].at(0)) == "4:1");
}

TEST_CASE("a backslash continues a comment too, and that is told") {
    Reading reading("# off: \\\nListen 80\nListen 443\n");
    CHECK(reading.texts() == Texts{"Listen 443"});
    auto told = reading.report.take();
    REQUIRE(told.size() == 1);
    CHECK(told[0].severity == Severity::warning);
    CHECK(told[0].line == 1);
    CHECK(told[0].column == 8);
}

TEST_CASE("a comment that goes on in comments is as harmless as it looks") {
    CHECK(Reading("# one \\\n# two \\\n# three\nListen 80\n").report.take().empty());
}

TEST_CASE("a backslash at the end of the file continues nothing") {
    CHECK(Reading("Listen 80 \\").texts() == Texts{"Listen 80 \\"});
    CHECK(Reading("Listen 80 \\\n").texts() == Texts{"Listen 80"});
}

TEST_CASE("words are separated by blanks and may be quoted") {
    CHECK(Reading("MDNotifyCmd /bin/x  one\t'two three' \"four \" \"\"").word_texts() ==
          Texts{"MDNotifyCmd", "/bin/x", "one", "two three", "four ", ""});
}

TEST_CASE("in quotes a backslash takes the quote or itself along, elsewhere it stands for itself") {
    CHECK(Reading(R"(x "a \"b\"" "c\\d" "e\f" 'g\'h' i\j)").word_texts() ==
          Texts{"x", "a \"b\"", "c\\d", "e\\f", "g'h", "i\\j"});
}

TEST_CASE("each word knows its place") {
    Reading reading("MDNotifyCmd  /bin/x \\\n  \"two three\"");
    auto words = reading.words();
    REQUIRE(words.size() == 3);
    CHECK(place(words[0].at) == "1:1");
    CHECK(place(words[1].at) == "1:14");
    CHECK(place(words[2].at) == "2:3");
}

TEST_CASE("a quote that is not closed is an error at the quote") {
    for (std::string text : {"x a \"b c", "x a 'b c\"", "x a \"b c\\\""}) {
        Reading reading(text);
        CHECK(reading.words().empty());
        auto told = reading.report.take();
        REQUIRE(told.size() == 1);
        CHECK(told[0].column == 5);
        CHECK(told[0].message == "this quote is not closed");
    }
}

TEST_CASE("a word written for the lexer is read back as it was") {
    for (std::string word : {"plain", "", "two words", "quote\"d", "back\\slash", "end\\", "#hash",
                             "it's", "<tag>", "tab\there"})
        CHECK(Reading("x " + as_word(word)).word_texts() == Texts{"x", word});
}

TEST_CASE("a variable is replaced before words are split") {
    Variables variables({}, {});
    variables.define("NAMES", "a.org b.org");
    Reading reading("ManagedDomain ${NAMES} \"${NAMES}\" x${NAMES}x", variables);
    CHECK(reading.word_texts() ==
          Texts{"ManagedDomain", "a.org", "b.org", "a.org b.org", "xa.org", "b.orgx"});
}

TEST_CASE("what a variable brought stands at the variable, what follows at its own place") {
    Variables variables({}, {});
    variables.define("NAMES", "a.org b.org");
    auto words = Reading("x ${NAMES} c.org", variables).words();
    REQUIRE(words.size() == 4);
    CHECK(place(words[1].at) == "1:3");
    CHECK(place(words[2].at) == "1:3");
    CHECK(place(words[3].at) == "1:12");
}

TEST_CASE("an undefined variable stays as it is written and is remembered") {
    Reading reading("x a${NOBODY} ${NOTHING}");
    CHECK(reading.texts() == Texts{"x a${NOBODY} ${NOTHING}"});
    const auto& undefined = reading.lines[0].undefined();
    REQUIRE(undefined.size() == 2);
    CHECK(undefined[0].name == "NOBODY");
    CHECK(place(undefined[0].at) == "1:4");
    CHECK(undefined[1].name == "NOTHING");
}

TEST_CASE("what only looks like a variable is text") {
    for (std::string text :
         {"x ${}", "x ${A", "x $A", "x ${A B}", "x ${A:b}", "x $${", "x ${\"a\"}"}) {
        Reading reading(text);
        CHECK(reading.texts() == Texts{text});
        CHECK(reading.lines[0].undefined().empty());
    }
    Variables variables({}, {});
    variables.define("A", "1");
    CHECK(Reading("x ${${A}} ${ ${A}", variables).texts() == Texts{"x ${1} ${ 1"});
}

TEST_CASE("a file with a NUL octet is refused at its place") {
    Reading reading(std::string("Listen 80\nLis\0ten 443\n", 22));
    CHECK(reading.lines.empty());
    auto told = reading.report.take();
    REQUIRE(told.size() == 1);
    CHECK(told[0].line == 2);
    CHECK(told[0].column == 4);
    CHECK(told[0].message == "a NUL octet");
}

TEST_CASE("a file in UTF-16 is refused as such") {
    Reading reading(std::string("\xff\xfeL\0i\0", 6));
    auto told = reading.report.take();
    REQUIRE(!told.empty());
    CHECK(told[0].message == "this file is UTF-16");
    CHECK(reading.lines.empty());
}

TEST_CASE("a line of more than a mebibyte is refused, and reading goes on behind it") {
    Reading reading("x " + std::string(LineReader::longest_line, 'a') + "\nListen 80\n");
    CHECK(reading.texts() == Texts{"Listen 80"});
    auto told = reading.report.take();
    REQUIRE(told.size() == 1);
    CHECK(told[0].message == "a line of more than 1 MiB");
    CHECK(told[0].source_line.size() < 300);
}

TEST_CASE("variables that double themselves end at the longest line") {
    Variables variables({}, {});
    variables.define("A", std::string(LineReader::longest_line / 2, 'a'));
    Reading reading("x ${A}${A}${A}${A}${A}${A}${A}${A}", variables);
    CHECK(reading.lines.empty());
    CHECK(reading.report.take().size() == 1);
}

// SPDX-License-Identifier: Apache-2.0
// Text becomes logical lines and words, as httpd reads them: `\` at the end of a line continues it,
// a line that starts with `#` is a comment, ${NAME} is replaced before words are split, words are
// separated by blanks and may be quoted. Every character keeps its place in the file.
#pragma once

#include "config/report.hpp"
#include "config/variables.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace md::config {

// One word of a directive.
struct Argument {
    std::string text;
    Position at;
};

struct UndefinedVariable {
    std::string name;
    Position at;
};

// One directive: continuations joined, variables replaced, blanks around it dropped.
class Line {
public:
    std::string_view text() const { return text_; }
    Position at(std::size_t index) const;
    // Those that stand as ${NAME} in the text because nothing defines them.
    const std::vector<UndefinedVariable>& undefined() const { return undefined_; }

private:
    friend class LineReader;

    // From `index` on the text stands in the file from `at` on; what a variable brought stands at
    // the variable.
    struct Mark {
        std::size_t index;
        Position at;
        bool replaced;
    };

    std::string text_;
    std::vector<Mark> marks_;
    std::vector<UndefinedVariable> undefined_;
};

class LineReader {
public:
    static constexpr std::size_t longest_line = std::size_t{1} << 20;

    // All must outlive the reader. A BOM is skipped; a file with NUL octets is reported and read as
    // empty.
    LineReader(std::uint32_t file, const Sources& sources, const Variables& variables,
               Report& report);

    // The next line that is neither blank nor a comment; false at the end of the file.
    bool next(Line& line);

    // The lines up to the one that closes a section as they are written; sections of the same name
    // may stand in it. nullopt, and all is read, when nothing closes it.
    struct Block {
        std::string text;
        std::uint32_t first_line;
    };
    std::optional<Block> take_section(std::string_view name);

private:
    std::string_view physical_line(bool& continues);
    bool read_logical(Line& line);
    void append(Line& line, std::string_view piece, const Position& at);
    void append_variable(Line& line, std::string_view name, const Position& at);
    Position here(std::size_t offset) const;

    std::uint32_t file_;
    std::string_view text_;
    const Variables& variables_;
    Report& report_;
    std::size_t next_ = 0;        // offset of the next physical line
    std::size_t line_start_ = 0;  // of the present one
    std::uint32_t number_ = 0;
};

// The words of line[from, to); nullopt when a quote is not closed, which is then reported.
std::optional<std::vector<Argument>> split_words(const Line& line, std::size_t from, std::size_t to,
                                                 Report& report);

// A word as it has to be written for split_words to read it back.
std::string as_word(std::string_view text);
// In quotes, whatever it is.
std::string quoted_word(std::string_view text);

bool is_blank(char c);

}  // namespace md::config

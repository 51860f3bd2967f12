// SPDX-License-Identifier: Apache-2.0
// The lines of a file, with those of the macros that are used in it in their places, so that a
// section may start in a macro and end behind it, as in httpd.
#pragma once

#include "config/lexer.hpp"
#include "config/macros.hpp"

#include <vector>

namespace md::config {

class LineStream {
public:
    // All must outlive the stream.
    LineStream(std::uint32_t file, const Sources& sources, const Variables& variables,
               Report& report)
        : sources_(sources), variables_(variables), report_(report) {
        readers_.push_back({LineReader(file, sources, variables, report), {}});
    }

    // As LineReader has it.
    bool next(Line& line);
    std::optional<LineReader::Block> take_section(std::string_view name) {
        return readers_.back().reader.take_section(name);
    }

    // The lines of a macro's text, which is a file of `sources`, come next.
    void insert(std::uint32_t file, const std::string& macro) {
        readers_.push_back({LineReader(file, sources_, variables_, report_), macro});
    }
    // Whether lines of that macro are being read.
    bool is_in(const std::string& macro) const;

private:
    struct Part {
        LineReader reader;
        std::string macro;  // "" for the file
    };

    const Sources& sources_;
    const Variables& variables_;
    Report& report_;
    std::vector<Part> readers_;  // the innermost last
};

}  // namespace md::config

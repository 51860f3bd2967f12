// SPDX-License-Identifier: Apache-2.0
// Files become a Document: lines and sections, Include, Define, <IfDefine> and <IfModule>; what
// belongs to httpd alone is passed over. Says where a directive may stand and how many arguments it
// takes, as the schema has it; what the arguments mean is for lowering.
#pragma once

#include "config/document.hpp"
#include "config/report.hpp"
#include "config/schema.hpp"
#include "config/source_reader.hpp"
#include "config/variables.hpp"

#include <set>
#include <string>
#include <vector>

namespace md::config {

class Parser {
public:
    static constexpr std::size_t deepest_include = 32;
    static constexpr std::size_t deepest_section = 100;
    static constexpr std::size_t most_files = 10'000;
    static constexpr std::size_t most_text = std::size_t{256} << 20;    // of all files
    static constexpr std::size_t most_defined = std::size_t{16} << 20;  // of all Define values

    Parser(const SourceReader& source, Variables variables, Sources& sources, Report& report)
        : source_(source), variables_(std::move(variables)), sources_(sources), report_(report) {}

    // Reads the main file and all it includes.
    Document parse(const std::string& file);

private:
    struct Open {
        const DirectiveSpec* spec;
        std::string name;  // as written
        Position at;
    };

    void read_text(const std::string& path, std::string text);
    void read_line(const Line& line, LineReader& reader);
    void read_directive(const Line& line, std::size_t name_end);
    void place(Directive directive);
    void place_in_host(Directive directive);
    void misplaced(const DirectiveSpec& spec, const Position& at);

    void open_section(const Line& line, LineReader& reader);
    bool open_block(const DirectiveSpec& spec, const Line& line, std::size_t from, std::size_t to);
    bool may_open(const DirectiveSpec& spec, const Position& at);
    void close_section(const Line& line);
    void close_down_to(std::size_t depth);
    // What of ours is warned of when it stands in a section that is passed over.
    enum class Tell { nothing, domains, all };
    void skip_section(const std::string& name, const Position& at, Tell tell, LineReader& reader);
    bool skip_line(const Line& line, std::vector<std::string>& inner);
    std::size_t end_of_tag(const Line& line, std::size_t from);
    bool condition_holds(const DirectiveSpec& spec, std::string_view condition) const;

    void language_directive(const Directive& directive, const std::string& name);
    void define(const Directive& directive);
    void include(const Directive& directive, bool optional);
    void include_file(const std::string& path, const Directive& directive);
    std::vector<std::string> included_files(const std::string& pattern) const;

    bool check_arguments(const Directive& directive, const std::string& name);
    bool check_variables(const Line& line, const DirectiveSpec& spec);
    void unknown(const std::string& name, const Position& at, bool is_section);
    void skipped(std::string name, const Position& at);

    // Whether the section, by its spec's name, is open now.
    bool is_in(std::string_view section) const;
    Place here() const;

    const SourceReader& source_;
    Variables variables_;
    Sources& sources_;
    Report& report_;

    Document document_;
    std::vector<Open> open_;
    std::size_t first_open_of_file_ = 0;  // sections below were opened by an including file
    std::vector<std::string> files_;      // being read, the innermost last
    std::size_t files_read_ = 0;
    std::size_t text_read_ = 0;
    std::size_t defined_ = 0;
    std::string server_root_;  // so far; for Include
};

}  // namespace md::config

// SPDX-License-Identifier: Apache-2.0
// Files become a Document: lines and sections, Include, Define, macros and conditions, as httpd 2.4
// reads them; what belongs to httpd alone is passed over. Says where a directive may stand and how
// many arguments it takes, as the schema has it; what the arguments mean is for lowering.
#pragma once

#include "config/document.hpp"
#include "config/httpd_modules.hpp"
#include "config/line_stream.hpp"
#include "config/macros.hpp"
#include "config/report.hpp"
#include "config/schema.hpp"
#include "config/source_reader.hpp"
#include "config/variables.hpp"

#include <optional>
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
    static constexpr std::size_t most_parameters = 100;                 // of a macro
    static constexpr std::size_t most_uses = 200'000;

    Parser(const SourceReader& source, Variables variables, Sources& sources, Report& report)
        : source_(source), variables_(std::move(variables)), sources_(sources), report_(report) {}

    // Reads the main file and all it includes.
    Document parse(const std::string& file);

private:
    struct Open {
        const DirectiveSpec* spec;
        std::string name;  // as written
        Position at;
        bool is_former_idiom = false;  // <IfModule ssl_module>, see warn_of_former_idiom
    };

    void read_text(const std::string& path, std::string text);
    void read_line(const Line& line);
    void read_directive(const Line& line, std::size_t name_end);
    void load_module(const Line& line, std::size_t name_end);
    void place(Directive directive);
    void place_in_host(Directive directive);
    void misplaced(const DirectiveSpec& spec, const Position& at);

    void open_section(const Line& line);
    void open_condition(const DirectiveSpec& spec, const Line& line, const std::string& name);
    bool open_block(const DirectiveSpec& spec, const Line& line, std::size_t from, std::size_t to);
    bool may_open(const DirectiveSpec& spec, const Position& at);
    void close_section(const Line& line);
    void close_down_to(std::size_t depth);
    // Whether what is ours in a section that is passed over is told of.
    enum class Tell { nothing, all };
    void skip_section(const std::string& name, const Position& at, Tell tell);
    bool skip_line(const Line& line, std::vector<std::string>& inner);
    void tell_of_lost(const Line& line, const std::string& section, const Position& at);
    std::size_t end_of_tag(const Line& line, std::size_t from);
    // nullopt when the words make no sense, which is then told.
    std::optional<bool> condition_holds(const DirectiveSpec& spec,
                                        const std::vector<Argument>& words, const Position& at);
    bool condition_is_met(std::string_view condition, const std::string& word);
    bool file_exists(const std::string& path) const;
    void warn_of_former_idiom(const Directive& directive);

    void language_directive(const Directive& directive, const std::string& name);
    void define(const Directive& directive);
    void define_macro(const Line& line, std::size_t from, std::size_t to);
    void use_macro(const Directive& directive);
    void undefine_macro(const Directive& directive);
    void include(const Directive& directive, bool optional);
    void include_file(const std::string& path, const Directive& directive);
    std::vector<std::string> included_files(const std::string& pattern) const;
    std::vector<std::string> relative_folders() const;
    std::string folder_of_httpd() const;

    bool told_of_comment(const Directive& directive);
    bool check_arguments(const Directive& directive, const std::string& name);
    bool leave_out_undefined(const Line& line, std::vector<Argument>& arguments);
    bool is_file_of_httpd(std::uint32_t file) const;
    bool check_variables(const Line& line, const DirectiveSpec& spec);
    void unknown(const std::string& name, const Position& at, bool is_section);
    void judge_unknown_words();
    void of_httpd(const std::string& shown, const Position& at);
    void skipped(std::string name, const Position& at);

    // Whether the section, by its spec's name, is open now.
    bool is_in(std::string_view section) const;
    Place here() const;

    const SourceReader& source_;
    Variables variables_;
    Sources& sources_;
    Report& report_;

    Document document_;
    HttpdModules modules_;
    Macros macros_;
    LineStream* lines_ = nullptr;  // of the file that is being read
    std::size_t uses_ = 0;
    std::vector<Open> open_;
    std::size_t first_open_of_file_ = 0;  // sections below were opened by an including file
    struct OpenFile {
        std::string path;
        bool is_httpd;
    };
    std::vector<OpenFile> files_;            // being read, the innermost last
    std::vector<std::uint32_t> open_files_;  // the same, as indexes of sources_
    std::size_t files_read_ = 0;
    std::size_t text_read_ = 0;
    std::size_t defined_ = 0;
    std::string server_root_;        // so far, for Include
    std::string httpd_server_root_;  // the same of the files of httpd
};

}  // namespace md::config

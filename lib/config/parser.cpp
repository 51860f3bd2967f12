// SPDX-License-Identifier: Apache-2.0
// Lines and where each directive belongs; sections are in sections.cpp, conditions in
// conditions.cpp, Include and Define in include.cpp, macros in use.cpp.
#include "config/parser.hpp"

#include "config/command_line.hpp"
#include "config/httpd_module_table.hpp"
#include "config/secret_mask.hpp"
#include "config/spelling.hpp"

#include <algorithm>

namespace md::config {
namespace {

std::size_t end_of_word(std::string_view text) {
    return static_cast<std::size_t>(std::find_if(text.begin(), text.end(), is_blank) -
                                    text.begin());
}

// httpd has it, and it is not mod_md's.
bool is_httpd_directive(std::string_view name) {
    auto modules = httpd_modules_of(name);
    return !modules.empty() && modules.front() != "mod_md.c";
}

constexpr const char* not_of_httpd =
    "mdcertd.conf(5) lists the directives; httpd has none of that name, either";

}  // namespace

Document Parser::parse(const std::string& file) {
    ReadOutcome outcome = source_.read(file);
    if (outcome.found)
        read_text(file, std::move(outcome.text));
    else
        report_.error_of_file(file, "cannot be read: " + outcome.reason,
                              "name the configuration file with -c FILE");
    judge_unknown_words();
    return std::move(document_);
}

void Parser::read_text(const std::string& path, std::string text) {
    ++files_read_;
    text_read_ += text.size();
    // What a file of httpd includes is httpd's as well.
    const bool is_httpd =
        (!files_.empty() && files_.back().is_httpd) || holds_httpd_directives(text);
    std::uint32_t file = sources_.add(path, std::move(text));
    if (!open_files_.empty())
        document_.included_by.emplace(file, open_files_.back());
    open_files_.push_back(file);
    files_.push_back({path, is_httpd});
    std::size_t outer_first = std::exchange(first_open_of_file_, open_.size());
    LineStream lines(file, sources_, variables_, report_);
    LineStream* const outer_lines = std::exchange(lines_, &lines);
    Line line;
    while (lines.next(line))
        read_line(line);
    close_down_to(first_open_of_file_);
    lines_ = outer_lines;
    first_open_of_file_ = outer_first;
    files_.pop_back();
    open_files_.pop_back();
}

void Parser::read_line(const Line& line) {
    if (line.text().starts_with("</"))
        close_section(line);
    else if (line.text().starts_with('<'))
        open_section(line);
    else
        read_directive(line, end_of_word(line.text()));
}

void Parser::read_directive(const Line& line, std::size_t name_end) {
    std::string name(line.text().substr(0, name_end));
    const DirectiveSpec* spec = find_directive(name);
    if (same_word(name, "LoadModule"))
        load_module(line, name_end);
    if (spec == nullptr)
        return unknown(name, line.at(0), false);
    if (!spec->is_line)
        return report_.error(line.at(0), name + " is a section",
                             "write <" + name + " ...> and, below, </" + name + ">");
    bool is_for_httpd =
        spec->is_shared && (here() & spec->places) == 0 && here() != Place::in_domain;
    if (is_for_httpd)
        return skipped(name, line.at(0));
    // Of several names the others are good.
    const bool has_others = spec->name == "ServerAlias" && !line.undefined().empty();
    if (!has_others && !check_variables(line, *spec))
        return;
    auto arguments = spec->is_raw ? split_command(line, name_end, report_)
                                  : split_words(line, name_end, line.text().size(), report_);
    if (!arguments)
        return;
    if (has_others && !leave_out_undefined(line, *arguments))
        return;
    Directive directive{spec, line.at(0), std::move(*arguments)};
    if (!check_arguments(directive, name))
        return;
    if (spec->scope == Scope::language)
        language_directive(directive, name);
    else
        place(std::move(directive));
}

void Parser::load_module(const Line& line, std::size_t name_end) {
    const auto words = split_words(line, name_end, line.text().size(), report_);
    if (words && words->size() >= 2)
        modules_.load((*words)[0].text, (*words)[1].text);
}

// httpd has no comments behind arguments: it takes the words for more of them. Where it does so
// without a mistake (ServerAlias, a command line) the same is done, and told.
bool Parser::told_of_comment(const Directive& directive) {
    const DirectiveSpec& spec = *directive.spec;
    auto comment =
        std::find_if(directive.arguments.begin(), directive.arguments.end(),
                     [&](const Argument& argument) { return argument.text.starts_with('#'); });
    const bool may_be_meant = spec.name == "User" || spec.name == "Group" || spec.name == "Define";
    if (comment == directive.arguments.end() || may_be_meant)
        return false;
    if (spec.is_raw || spec.name == "ServerAlias") {
        report_.warning(comment->at, "what looks like a comment is part of the directive",
                        "put the comment on a line of its own");
        return false;
    }
    report_.error(comment->at, "a comment behind a directive",
                  "put the comment on a line of its own");
    return true;
}

bool Parser::check_arguments(const Directive& directive, const std::string& name) {
    const DirectiveSpec& spec = *directive.spec;
    std::size_t count = directive.arguments.size();
    if (told_of_comment(directive))
        return false;
    std::string usage = "write " + name + " " + std::string(spec.arguments);
    if (name.ends_with('>'))
        usage =
            "write " + name.substr(0, name.size() - 1) + " " + std::string(spec.arguments) + ">";
    if (count < spec.least)
        report_.error(directive.at, name + (count == 0 ? " needs an argument" : " needs more"),
                      usage);
    else if (count <= spec.most)
        return true;
    else
        report_.error(directive.arguments[spec.most].at,
                      name + " takes no more than " + std::to_string(spec.most) +
                          (spec.most == 1 ? " argument" : " arguments"),
                      usage);
    return false;
}

// As far as it is read. What stands further down is known by a look at the whole text.
bool Parser::is_file_of_httpd(std::uint32_t file) const {
    return files_.back().is_httpd || document_.why_httpd(file) != nullptr;
}

// In what httpd reads too, a variable that only httpd's own environment has is no mistake.
bool Parser::check_variables(const Line& line, const DirectiveSpec& spec) {
    if (line.undefined().empty())
        return true;
    bool is_for_httpd =
        spec.is_shared && spec.scope == Scope::server && is_file_of_httpd(line.at(0).file);
    if (is_for_httpd) {
        skipped(std::string(spec.name), line.at(0));
        return false;
    }
    const UndefinedVariable& variable = line.undefined().front();
    std::string message = "the variable " + in_quotes(variable.name) + " is not defined";
    // The other names of the line are good; lowering leaves those with a variable out.
    if (spec.name == "ServerName" || spec.name == "ServerAlias") {
        report_.warning(variable.at, message + ": the name is left out",
                        "Define it, or set it in the environment of mdcertd");
        return true;
    }
    bool tolerant =
        spec.is_shared || same_word(spec.name, "IncludeOptional") || same_word(spec.name, "Define");
    if (tolerant)
        report_.warning(variable.at, message + ": the line is left out",
                        "Define it, or set it in the environment of mdcertd");
    else
        report_.error(variable.at, message, "Define it, or set it in the environment of mdcertd");
    return false;
}

// False when nothing is left.
bool Parser::leave_out_undefined(const Line& line, std::vector<Argument>& arguments) {
    for (const UndefinedVariable& variable : line.undefined()) {
        report_.warning(
            variable.at,
            "the variable " + in_quotes(variable.name) + " is not defined: the name is left out",
            "Define it, or set it in the environment of mdcertd");
        std::erase_if(arguments, [&](const Argument& argument) {
            return argument.text.find("${" + variable.name + "}") != std::string::npos;
        });
    }
    return !arguments.empty();
}

Place Parser::here() const {
    for (auto open = open_.rbegin(); open != open_.rend(); ++open) {
        if (open->spec->scope == Scope::names)
            return Place::in_domain;
        if (open->spec->scope == Scope::host)
            return Place::in_host;
    }
    return Place::at_top;
}

void Parser::place(Directive directive) {
    const DirectiveSpec& spec = *directive.spec;
    if (here() == Place::in_host)
        return place_in_host(std::move(directive));
    if ((spec.places & here()) == 0)
        return misplaced(spec, directive.at);
    if (here() == Place::in_domain) {
        document_.domains.back().body.push_back(std::move(directive));
    } else if (spec.is_section) {
        document_.domains.push_back({std::move(directive), {}});
    } else {
        if (spec.name == "ServerRoot")
            (is_file_of_httpd(directive.at.file) ? httpd_server_root_ : server_root_) =
                directive.arguments[0].text;
        warn_of_former_idiom(directive);
        document_.globals.push_back(std::move(directive));
    }
}

// mod_md takes its directives in a virtual host too, but there most of them reach no MD.
void Parser::place_in_host(Directive directive) {
    const DirectiveSpec& spec = *directive.spec;
    std::string name(spec.name);
    if (spec.places & Place::in_host) {
        if (spec.is_section)
            document_.domains.push_back({std::move(directive), {}});
        else
            document_.hosts.back().body.push_back(std::move(directive));
    } else if (spec.scope == Scope::domain) {
        report_.warning(directive.at, name + " in a virtual host reaches no managed domain",
                        "put it into <ManagedDomain> for one of them, outside for all");
    } else if (spec.scope == Scope::server && name.starts_with("MD")) {
        report_.warning(directive.at, name + " in a virtual host counts for the whole daemon",
                        "put it outside of the virtual host");
        document_.globals.push_back(std::move(directive));
    } else {
        misplaced(spec, directive.at);
    }
}

void Parser::misplaced(const DirectiveSpec& spec, const Position& at) {
    std::string name(spec.name);
    if (here() == Place::at_top)
        return report_.error(at, name + " may stand in <ManagedDomain> only",
                             "put it between <ManagedDomain NAME...> and </ManagedDomain>");
    std::string section = here() == Place::in_domain ? "<ManagedDomain>" : "<VirtualHost>";
    report_.error(
        at, name + " may not stand in " + section,
        name == "ServerAdmin" ? "use MDContactEmail there" : "put it outside of the section");
}

void Parser::unknown(const std::string& name, const Position& at, bool is_section) {
    const std::string shown = is_section ? "<" + name + ">" : name;
    const bool in_domain = here() == Place::in_domain && !is_section;
    const bool is_httpds = is_httpd_directive(is_section ? "<" + name : name);
    if (is_httpds && !in_domain)
        return of_httpd(shown, at);
    // A file of a hundred thousand foreign lines is not worth a hundred thousand guesses.
    bool is_worth_a_guess = document_.skipped_count < Document::most_skipped_named;
    UnknownName judged = judge_unknown(name, is_worth_a_guess && !is_httpds);
    std::string hint;
    if (!judged.meant.empty())
        hint = "did you mean " + in_quotes(judged.meant) + "?";
    if (judged.is_mistake)
        return report_.error(at, "unknown directive " + in_quotes(shown),
                             hint.empty() ? "mdcertd.conf(5) lists the directives" : hint);
    if (in_domain)
        return report_.error(at, "unknown directive " + in_quotes(shown) + " in <ManagedDomain>",
                             hint.empty() ? "was the section to end before it?" : hint);
    const bool in_host = here() == Place::in_host;
    const std::uint32_t host_file = in_host ? document_.hosts.back().opening.at.file : 0;
    if (!name.empty() && document_.unknown.size() < Document::most_skipped_named)
        document_.unknown.push_back({name, at, is_section, in_host, host_file});
    skipped(shown, at);
}

// A module that Debian does not ship may have the word: in a file of httpd it is left out. In any
// other it is misspelt, or meant for httpd in a file that is not.
void Parser::judge_unknown_words() {
    for (const ForeignWord& word : document_.unknown) {
        const bool is_httpds =
            document_.why_httpd(word.at.file) != nullptr ||
            (word.in_host && document_.files_with_httpd_hosts.contains(word.host_file));
        const std::string shown = in_quotes(word.is_section ? "<" + word.name + ">" : word.name);
        const std::string_view meant = judge_unknown(word.name).meant;
        const std::string hint = meant.empty() ? "" : "did you mean " + in_quotes(meant) + "?";
        if (!is_httpds)
            report_.error(word.at, "unknown directive " + shown,
                          hint.empty() ? not_of_httpd : hint);
        else if (!hint.empty())
            report_.warning(word.at, "unknown directive " + shown + " is left out", hint);
    }
}

// Passed over; what stands beside it is httpd's as well.
void Parser::of_httpd(const std::string& shown, const Position& at) {
    const bool in_host = here() == Place::in_host;
    if (in_host)
        document_.files_with_httpd_hosts.insert(document_.hosts.back().opening.at.file);
    if (!in_host || at.file != 0)
        document_.httpd_files.try_emplace(at.file, ForeignWord{shown, at, false, in_host});
    skipped(shown, at);
}

void Parser::skipped(std::string name, const Position& at) {
    if (++document_.skipped_count <= Document::most_skipped_named)
        document_.skipped.push_back({mask_secret(std::move(name)), at});
}

}  // namespace md::config

// SPDX-License-Identifier: Apache-2.0
// The parser's sections: those of ours, and those of httpd that are passed over whole.
#include "config/parser.hpp"
#include "config/spelling.hpp"

#include <algorithm>
#include <cctype>

namespace md::config {
namespace {

// "Name" of "<Name ...>" or "</Name ...>".
std::string_view tag_name(std::string_view text) {
    text.remove_prefix(text.starts_with("</") ? 2 : 1);
    auto end =
        std::find_if(text.begin(), text.end(), [](char c) { return is_blank(c) || c == '>'; });
    return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

std::string_view without_blanks(std::string_view text) {
    while (!text.empty() && is_blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back()))
        text.remove_suffix(1);
    return text;
}

// The first '>' outside of quotes.
std::size_t closing_bracket(std::string_view text, std::size_t from) {
    char quote = '\0';
    for (std::size_t i = from; i < text.size(); ++i) {
        char c = text[i];
        if (quote == '\0' && c == '>')
            return i;
        if (c == quote)
            quote = '\0';
        else if (quote == '\0' && (c == '"' || c == '\''))
            quote = c;
    }
    return std::string_view::npos;
}

}  // namespace

void Parser::open_section(const Line& line) {
    std::string_view text = line.text();
    std::string name(tag_name(text));
    const Position at = line.at(0);
    const DirectiveSpec* spec = find_directive(name);
    if (open_.size() >= deepest_section)
        return report_.error(at, "sections stand in each other more than 100 deep",
                             "is one of them never closed?");
    if (spec == nullptr || !spec->is_section) {
        if (spec == nullptr)
            unknown(name, at, true);
        else
            report_.error(at, name + " is not a section",
                          "write " + name + " " + std::string(spec->arguments));
        return skip_section(name, at, Tell::all);
    }
    if (spec->scope == Scope::language && spec->name != "Macro")
        return open_condition(*spec, line, name);
    std::size_t from = 1 + name.size();
    std::size_t close = end_of_tag(line, from);
    if (spec->name == "Macro")
        return define_macro(line, from, close);
    if (open_block(*spec, line, from, close))
        open_.push_back({spec, name, at});
    else
        skip_section(name, at, Tell::nothing);
}

// The place of the '>' of an opening tag whose name ends at `from`, or of the end of the line.
std::size_t Parser::end_of_tag(const Line& line, std::size_t from) {
    std::string_view text = line.text();
    std::size_t close = closing_bracket(text, from);
    if (close == std::string_view::npos) {
        report_.error(line.at(text.size() - 1), "this line has no closing '>'",
                      "end it with a '>'");
        return text.size();
    }
    std::string_view rest = without_blanks(text.substr(close + 1));
    if (!rest.empty() && !rest.starts_with('#'))  // httpd passes over it
        report_.warning(line.at(close + 1), "text behind the closing '>' is left out",
                        "put it on a line of its own");
    return close;
}

// False when the section may not stand here or its arguments make no sense; told then.
bool Parser::open_block(const DirectiveSpec& spec, const Line& line, std::size_t from,
                        std::size_t to) {
    if (!may_open(spec, line.at(0)))
        return false;
    // A host whose address is not known is read all the same: its names are what matters.
    bool is_host = spec.scope == Scope::host;
    if (!is_host && !check_variables(line, spec))
        return false;
    auto arguments = split_words(line, from, to, report_);
    if (!arguments)
        return false;
    Directive opening{&spec, line.at(0), std::move(*arguments)};
    if (!check_arguments(opening, "<" + std::string(spec.name) + ">"))
        return false;
    if (is_host)
        document_.hosts.push_back({std::move(opening), {}});
    else
        document_.domains.push_back({std::move(opening), {}});
    return true;
}

bool Parser::may_open(const DirectiveSpec& spec, const Position& at) {
    bool in_host = here() == Place::in_host;
    if (here() == Place::at_top || (in_host && (spec.places & Place::in_host)))
        return true;
    report_.error(at,
                  "<" + std::string(spec.name) + "> may not stand in <" +
                      (in_host ? "VirtualHost>" : "ManagedDomain>"),
                  "close the section above it first");
    return false;
}

bool Parser::is_in(std::string_view section) const {
    const DirectiveSpec* spec = find_directive(section);
    return spec != nullptr &&
           std::any_of(open_.begin() + static_cast<std::ptrdiff_t>(first_open_of_file_),
                       open_.end(), [&](const Open& open) { return open.spec == spec; });
}

void Parser::close_section(const Line& line) {
    std::string name(tag_name(line.text()));
    // As in httpd, what stands behind it does not matter.
    if (line.text().find('>') == std::string_view::npos)
        report_.error(line.at(line.text().size() - 1), "this line has no closing '>'",
                      "end it with a '>'");
    if (!is_in(name)) {
        std::string hint = "take it out, or open <" + name + "> before";
        if (open_.size() > first_open_of_file_)
            hint = "the section that is open is <" + open_.back().name + "> of line " +
                   std::to_string(open_.back().at.line);
        return report_.error(line.at(0), "</" + name + "> closes nothing", hint);
    }
    const DirectiveSpec* spec = find_directive(name);
    std::size_t depth = open_.size() - 1;
    while (open_[depth].spec != spec)
        --depth;
    close_down_to(depth + 1);
    open_.pop_back();
}

// Sections above the depth were forgotten: says so and closes them.
void Parser::close_down_to(std::size_t depth) {
    for (; open_.size() > depth; open_.pop_back())
        report_.error(open_.back().at, "<" + open_.back().name + "> is not closed",
                      "add </" + open_.back().name + "> where it ends");
}

// Reads up to the end of a section that does not count. Sections in it may be unbalanced: what
// httpd accepts there (or a Perl block) is none of our business.
void Parser::skip_section(const std::string& name, const Position& at, Tell tell) {
    std::vector<std::string> inner = {name};
    Line line;
    while (lines_->next(line)) {
        std::string_view text = line.text();
        bool closes_ours = text.starts_with("</") && is_in(tag_name(text)) &&
                           std::none_of(inner.begin(), inner.end(), [&](const std::string& open) {
                               return same_word(open, tag_name(text));
                           });
        if (closes_ours) {
            report_.error(at, "<" + name + "> is not closed", "add </" + name + "> where it ends");
            return close_section(line);
        }
        if (!skip_line(line, inner))
            return;
        if (tell == Tell::all && !text.starts_with("</"))
            tell_of_lost(line, name, at);
    }
    report_.error(at, "<" + name + "> is not closed", "add </" + name + "> where it ends");
}

// A managed domain or a host in a section of httpd that is passed over would be lost. httpd takes
// neither there.
void Parser::tell_of_lost(const Line& line, const std::string& section, const Position& at) {
    std::string_view text = line.text();
    std::string_view word =
        text.starts_with('<') ? tag_name(text) : text.substr(0, text.find_first_of(" \t"));
    const DirectiveSpec* spec = find_directive(word);
    if (spec == nullptr || spec->scope == Scope::language)
        return;
    const std::string message = std::string(word) + " is not read: mdcertd passes over <" +
                                section + "> of line " + std::to_string(at.line);
    const char* const hint = "put it outside of that section";
    if (spec->is_section)
        report_.error(line.at(0), message, hint);
    else if (spec->name.starts_with("MD"))
        report_.warning(line.at(0), message, hint);
}

// Keeps the list of open sections; false when the first of them was closed.
bool Parser::skip_line(const Line& line, std::vector<std::string>& inner) {
    std::string_view text = line.text();
    std::string_view name = text.starts_with('<') ? tag_name(text) : std::string_view();
    if (name.empty())
        return true;
    if (!text.starts_with("</")) {
        if (std::isalpha(static_cast<unsigned char>(name.front())) != 0 &&
            inner.size() < deepest_section)
            inner.emplace_back(name);
        return true;
    }
    auto found = std::find_if(inner.rbegin(), inner.rend(),
                              [&](const std::string& open) { return same_word(open, name); });
    if (found != inner.rend())
        inner.erase(std::prev(found.base()), inner.end());
    return !inner.empty();
}

}  // namespace md::config

// SPDX-License-Identifier: Apache-2.0
// The parser's conditions: <IfDefine>, <IfModule>, <IfVersion>, <IfFile>, <IfDirective> and
// <IfSection>. What httpd 2.4 would read is read.
#include "config/httpd_version.hpp"
#include "config/parser.hpp"
#include "config/spelling.hpp"

#include <algorithm>

namespace md::config {
namespace {

bool is_module_of_tls(std::string_view word) {
    return same_word(word, "ssl_module") || same_word(word, "mod_ssl.c");
}

}  // namespace

void Parser::open_condition(const DirectiveSpec& spec, const Line& line, const std::string& name) {
    const Position at = line.at(0);
    const std::size_t from = 1 + name.size();
    // The operators of <IfVersion> have brackets in them.
    const std::size_t last = line.text().rfind('>');
    const bool by_last = spec.name == "IfVersion" && last != std::string_view::npos;
    const std::size_t close = by_last ? std::max(last, from) : end_of_tag(line, from);
    const auto words = split_words(line, from, close, report_);
    if (!words)
        return skip_section(name, at, Tell::nothing);
    Directive opening{&spec, at, *words};
    if (!check_arguments(opening, "<" + std::string(spec.name) + ">"))
        return skip_section(name, at, Tell::nothing);
    const std::optional<bool> holds = condition_holds(spec, *words, at);
    if (!holds || !*holds)
        return skip_section(name, at, Tell::nothing);
    open_.push_back({&spec, name, at});
    if (spec.name == "IfModule" && is_module_of_tls(words->front().text))
        open_.back().is_former_idiom = true;
}

std::optional<bool> Parser::condition_holds(const DirectiveSpec& spec,
                                            const std::vector<Argument>& words,
                                            const Position& at) {
    if (spec.name == "IfVersion") {
        const bool has_operator = words.size() > 1;
        const auto holds = version_matches(has_operator ? words[0].text : "=", words.back().text);
        if (holds)
            return *holds;
        report_.error(words.back().at, holds.error());
        return std::nullopt;
    }
    std::string word = words.front().text;
    const bool negated = word.starts_with('!');
    if (negated)
        word.erase(0, 1);
    if (word.empty()) {
        report_.error(at, "<" + std::string(spec.name) + "> needs a name behind its '!'");
        return std::nullopt;
    }
    const bool holds = condition_is_met(spec.name, word);
    if (spec.name == "IfModule" && negated && holds)
        modules_.assume(word);
    return holds != negated;
}

bool Parser::condition_is_met(std::string_view condition, const std::string& word) {
    if (condition == "IfDefine")
        return variables_.is_defined(word);
    if (condition == "IfFile")
        return file_exists(word);
    if (condition == "IfDirective")
        return modules_.has_directive(word);
    if (condition == "IfSection")
        return modules_.has_directive("<" + word);
    return modules_.has(word);
}

// That is how one told httpd alone something, while mdcertd did not read such sections.
void Parser::warn_of_former_idiom(const Directive& directive) {
    const bool stops =
        directive.spec->name == "MDDriveMode" && same_word(directive.arguments[0].text, "manual");
    const bool is_inside = std::any_of(open_.begin(), open_.end(),
                                       [](const Open& open) { return open.is_former_idiom; });
    if (stops && is_inside)
        report_.warning(directive.at, "this counts for mdcertd as well: nothing is renewed",
                        "write it in <IfModule !mdcertd> when it is for httpd alone");
}

}  // namespace md::config

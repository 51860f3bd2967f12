// SPDX-License-Identifier: Apache-2.0
// The parser's macros: <Macro>, Use and UndefMacro, as mod_macro has them.
#include "config/parser.hpp"
#include "config/spelling.hpp"

#include <algorithm>

namespace md::config {
namespace {

std::string place_of(const Sources& sources, const Position& at) {
    return *sources[at.file].path + ":" + std::to_string(at.line);
}

}  // namespace

void Parser::define_macro(const Line& line, std::size_t from, std::size_t to) {
    const Position at = line.at(0);
    auto words = split_words(line, from, to, report_);
    auto block = lines_->take_section("Macro");
    if (!block)
        return report_.error(at, "<Macro> is not closed", "add </Macro> where it ends");
    if (!words)
        return;
    if (words->empty() || words->front().text.empty())
        return report_.error(at, "<Macro> needs a name", "write <Macro NAME [PARAMETER...]>");
    Macro macro{words->front().text, {}, std::move(block->text), block->first_line, at};
    for (auto word = words->begin() + 1; word != words->end(); ++word) {
        const bool is_flag = macro.parameters.empty() && word->text.starts_with('/');
        if (is_flag)  // /IgnoreEmptyArgs, /IgnoreBadNesting
            continue;
        const auto& former = macro.parameters;
        if (word->text.empty() ||
            std::find(former.begin(), former.end(), word->text) != former.end())
            return report_.error(word->at, "a parameter without a name of its own",
                                 "give each parameter another name, such as $host");
        macro.parameters.push_back(word->text);
    }
    if (macro.parameters.size() > most_parameters)
        return report_.error(at, "a macro of more than 100 parameters");
    macros_.define(std::move(macro));
}

void Parser::use_macro(const Directive& directive) {
    const Argument& name = directive.arguments[0];
    const Macro* macro = macros_.find(name.text);
    if (macro == nullptr)
        return report_.error(
            name.at, "the macro " + in_quotes(name.text) + " is not defined",
            "define it above with <Macro " + name.text + ">, or Include the file that does");
    if (lines_->is_in(macro->name))
        return report_.error(name.at, "the macro " + in_quotes(name.text) + " uses itself",
                             "take this Use out");
    const std::vector<Argument> words(directive.arguments.begin() + 1, directive.arguments.end());
    if (words.size() != macro->parameters.size())
        return report_.error(directive.at,
                             "the macro " + in_quotes(name.text) + " takes " +
                                 std::to_string(macro->parameters.size()) + " words, not " +
                                 std::to_string(words.size()),
                             "it is defined at " + place_of(sources_, macro->at));
    std::string text = expanded(*macro, words);
    text_read_ += text.size();
    if (text_read_ > most_text || ++uses_ > most_uses)
        return report_.error(directive.at, "the macros that are used are too much text",
                             "do macros use each other again and again?");
    const std::uint32_t file = sources_.add_use(*sources_[macro->at.file].path, std::move(text),
                                                macro->first_line, directive.at);
    document_.included_by.emplace(file, directive.at.file);
    lines_->insert(file, macro->name);
}

void Parser::undefine_macro(const Directive& directive) {
    const Argument& name = directive.arguments[0];
    if (!macros_.undefine(name.text))
        report_.error(name.at, "the macro " + in_quotes(name.text) + " is not defined",
                      "take this line out");
}

}  // namespace md::config

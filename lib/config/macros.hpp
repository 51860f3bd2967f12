// SPDX-License-Identifier: Apache-2.0
// <Macro> and Use of httpd's mod_macro: what a macro holds, and its text with the words of a Use
// in the place of the parameters.
#pragma once

#include "config/lexer.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace md::config {

struct Macro {
    std::string name;                     // as it is written where it is defined
    std::vector<std::string> parameters;  // "$name", "${name}", "%name", "@name"
    std::string text;                     // the lines between <Macro> and </Macro>
    std::uint32_t first_line = 1;         // the first of them in its file
    Position at;                          // where <Macro> stands
};

class Macros {
public:
    // One of the same name, whatever the case, is replaced.
    void define(Macro macro);
    const Macro* find(std::string_view name) const;
    // False when there is none.
    bool undefine(std::string_view name);

private:
    std::map<std::string, Macro> by_name_;  // in lower case
};

// The macro's text with the words in the place of its parameters; there are as many. Where two
// parameters fit, the longer one is meant; what was put in is not looked at again. A word for an
// @parameter is put in quotes.
std::string expanded(const Macro& macro, const std::vector<Argument>& words);

}  // namespace md::config

// SPDX-License-Identifier: Apache-2.0
// The command line of a directive (MDNotifyCmd, MDMessageCmd, MDChallengeDns01): words as libapr's
// apr_tokenize_to_argv() splits them, which is what httpd gives to a program. Not a shell: nothing
// is expanded, and a quote counts at the beginning of a word only.
#pragma once

#include "config/lexer.hpp"

#include <optional>
#include <string>
#include <vector>

namespace md::config {

// The words of the line from `from` on; nullopt when a quote is not closed, which is then reported.
std::optional<std::vector<Argument>> split_command(const Line& line, std::size_t from,
                                                   Report& report);

// The word as split_command() reads it back. A word that ends with a backslash has no such form.
std::string as_command_word(const std::string& word);

// An argument that means something to a shell alone ("&&", "|", ">file", "`date`", "$HOME"), where
// the program is none; nullptr when there is none.
const std::string* shell_operator(const std::vector<std::string>& command);

}  // namespace md::config

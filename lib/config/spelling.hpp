// SPDX-License-Identifier: Apache-2.0
// Words compared as a person means them: without regard to case, and a letter or two off.
#pragma once

#include "base/ascii.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace md::config {

using base::lower;
using base::same_word;

// How many letters are to be inserted, dropped, replaced or swapped with their neighbour to make
// one word of the other; case does not count. Only the first 64 letters are compared.
unsigned edit_distance(std::string_view one, std::string_view other);

// The candidate nearest to the word and at most `limit` away.
std::optional<std::string_view> closest(std::string_view word,
                                        std::span<const std::string_view> candidates,
                                        unsigned limit);

// The text with control characters as "?" and tabs as blanks: fit for a terminal, on one line.
std::string printable(std::string_view text);

// The text in single quotes, shortened when it is long.
std::string in_quotes(std::string_view text);

}  // namespace md::config

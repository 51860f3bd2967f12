// SPDX-License-Identifier: Apache-2.0
// Strangers' text before it reaches a terminal or a log: what is control and what is a character.
// Control are C0, DEL, C1, Unicode's line breaks and direction marks, and whatever is not UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace md::base {

// The length in octets of the printable character the text starts with; 0 when it starts with a
// control, or is empty.
std::size_t leading_printable(std::string_view text);

// On one line and harmless: line breaks and tabs become spaces, every other control octet '?'.
std::string printable(std::string_view text);

}  // namespace md::base

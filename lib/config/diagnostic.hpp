// SPDX-License-Identifier: Apache-2.0
// What the configuration has to say about itself: one mistake or doubt, with its place, the source
// line and what to do about it. Diagnostics are collected, never thrown.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace md::config {

// stopped: what is asked for one MD cannot be done, so that it is not driven; the others are.
enum class Severity { error, warning, stopped };

// "error", "warning", "stopped".
std::string_view word(Severity severity);

struct Diagnostic {
    Severity severity = Severity::error;
    std::string file;
    unsigned line = 0;    // from 1; 0 when the whole file is meant
    unsigned column = 0;  // in octets, from 1
    std::string message;
    std::string source_line;  // as written, but for logins in URLs, which are masked; of a very
                              // long one the part around the column
    unsigned caret = 0;       // where the column is in source_line, in octets, from 1
    std::string hint;         // may be empty

    bool operator==(const Diagnostic&) const = default;
};

// "file:line:col: error: message\n  source line\n  ^\n  hint: ...\n". Control characters are
// masked, so that a hostile file can not steer a terminal; so are logins in URLs.
std::string render(const Diagnostic& diagnostic);

}  // namespace md::config

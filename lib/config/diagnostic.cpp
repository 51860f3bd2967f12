// SPDX-License-Identifier: Apache-2.0
#include "config/diagnostic.hpp"

#include "config/secret_mask.hpp"
#include "config/spelling.hpp"

namespace md::config {
namespace {

// As many blanks as characters stand before the column: UTF-8 continuation octets take no room.
std::string caret_line(const std::string& line, unsigned caret) {
    std::string blanks;
    for (std::size_t i = 0; i + 1 < caret && i < line.size(); ++i)
        if ((static_cast<unsigned char>(line[i]) & 0xc0) != 0x80)
            blanks += ' ';
    return blanks + "^";
}

}  // namespace

std::string_view word(Severity severity) {
    switch (severity) {
        case Severity::error:
            return "error";
        case Severity::warning:
            return "warning";
        case Severity::stopped:
            return "stopped";
    }
    return {};
}

std::string render(const Diagnostic& diagnostic) {
    std::string text = printable(diagnostic.file);
    if (diagnostic.line > 0)
        text += ":" + std::to_string(diagnostic.line) + ":" + std::to_string(diagnostic.column);
    text += ": " + std::string(word(diagnostic.severity)) + ": ";
    text += printable(diagnostic.message) + "\n";
    if (diagnostic.line > 0 && diagnostic.caret > 0) {
        std::string line = mask_secret(diagnostic.source_line);
        text += "  " + printable(line) + "\n";
        text += "  " + caret_line(line, diagnostic.caret) + "\n";
    }
    if (!diagnostic.hint.empty())
        text += "  hint: " + printable(diagnostic.hint) + "\n";
    return text;
}

}  // namespace md::config

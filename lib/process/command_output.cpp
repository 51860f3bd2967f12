// SPDX-License-Identifier: Apache-2.0
#include "process/command_output.hpp"

#include "base/log.hpp"
#include "base/printable.hpp"

#include <algorithm>

namespace md::process {

void CommandOutput::add(std::string_view octets) {
    tail_ += octets.substr(octets.size() - std::min(octets.size(), kept_octets));
    if (tail_.size() > kept_octets)
        tail_.erase(0, tail_.size() - kept_octets);
    while (!octets.empty()) {
        auto end = octets.find('\n');
        std::string_view part = octets.substr(0, end);
        line_ += part.substr(0, longest_line - std::min(line_.size(), longest_line));
        if (end == std::string_view::npos)
            return;
        end_line();
        octets.remove_prefix(end + 1);
    }
}

void CommandOutput::end_line() {
    if (++lines_ <= most_lines)
        log::info("hook output", log::kv("command", command_),
                  log::kv("line", base::printable(line_)));
    if (first_line_.empty())
        first_line_ = base::printable(line_);
    line_.clear();
}

void CommandOutput::finish() {
    if (!line_.empty())
        end_line();
    if (lines_ > most_lines)
        log::info("hook output was longer", log::kv("command", command_),
                  log::kv("lines_left_out", lines_ - most_lines));
}

std::string CommandOutput::last_part() const {
    std::string text;
    std::string_view rest = tail_;
    while (!rest.empty()) {
        auto end = rest.find('\n');
        text += base::printable(rest.substr(0, end));
        if (end == std::string_view::npos)
            break;
        text += '\n';
        rest.remove_prefix(end + 1);
    }
    return text;
}

}  // namespace md::process

// SPDX-License-Identifier: Apache-2.0
// What a command prints: whole lines go to the log, so many and so long at most, the last part is
// kept for the outcome. It takes any amount and never grows.
#pragma once

#include <string>
#include <string_view>

namespace md::process {

class CommandOutput {
public:
    static constexpr unsigned most_lines = 100;
    static constexpr std::size_t longest_line = 1024;
    static constexpr std::size_t kept_octets = 4096;

    explicit CommandOutput(std::string command) : command_(std::move(command)) {}

    void add(std::string_view octets);
    // Logs a last line without an end, and how many lines were left out.
    void finish();
    // Masked, line breaks kept.
    std::string last_part() const;
    // The first line with something in it, masked, of at most longest_line octets.
    const std::string& first_line() const { return first_line_; }
    unsigned lines() const { return lines_; }

private:
    void end_line();

    std::string command_;
    std::string line_;
    std::string first_line_;
    std::string tail_;
    unsigned lines_ = 0;
};

}  // namespace md::process

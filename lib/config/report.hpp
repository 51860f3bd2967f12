// SPDX-License-Identifier: Apache-2.0
// Collects diagnostics while a configuration is read. Bounded: a file of nothing but mistakes must
// not fill the memory.
#pragma once

#include "config/diagnostic.hpp"
#include "config/sources.hpp"
#include "model/mistake.hpp"

#include <array>
#include <string>
#include <vector>

namespace md::config {

class Report {
public:
    static constexpr std::size_t limit = 1000;  // of each severity

    explicit Report(const Sources& sources) : sources_(sources) {}

    void error(const Position& at, std::string message, std::string hint = {});
    void error(const Position& at, const model::Mistake& mistake);
    void warning(const Position& at, std::string message, std::string hint = {});
    void stopped(const Position& at, std::string message, std::string hint = {});
    // About a file as a whole, one that could not be read.
    void error_of_file(std::string path, std::string message, std::string hint = {});

    // All of them, ordered by file and line.
    std::vector<Diagnostic> take();

private:
    struct ReportEntry {
        Position at;
        Diagnostic diagnostic;
    };
    void add(Severity severity, const Position& at, std::string message, std::string hint);

    const Sources& sources_;
    std::vector<ReportEntry> entries_;
    std::array<std::size_t, 3> counts_ = {};  // by severity
};

}  // namespace md::config

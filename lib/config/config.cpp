// SPDX-License-Identifier: Apache-2.0
#include "config/config.hpp"

#include "config/lower.hpp"
#include "config/parser.hpp"

#include <algorithm>

namespace md::config {

bool Loaded::ok() const {
    return count(Severity::error) == 0;
}

std::size_t Loaded::count(Severity severity) const {
    return static_cast<std::size_t>(std::count_if(
        diagnostics.begin(), diagnostics.end(),
        [&](const Diagnostic& diagnostic) { return diagnostic.severity == severity; }));
}

Loaded load(const std::string& file, const SourceReader& source, const Environment& environment) {
    Sources sources;
    Report report(sources);
    Parser parser(source, Variables(environment.variables, environment.defines), sources, report);
    Document document = parser.parse(file);
    Loaded loaded = Lowering(document, sources, report, source).run();
    loaded.diagnostics = report.take();
    return loaded;
}

}  // namespace md::config

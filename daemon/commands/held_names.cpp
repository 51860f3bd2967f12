// SPDX-License-Identifier: Apache-2.0
#include "commands/held_names.hpp"

#include <algorithm>
#include <set>

namespace md::commands {
namespace {

bool is_configured(const model::DesiredState& desired, const model::Identifier& name) {
    return std::any_of(desired.domains.begin(), desired.domains.end(),
                       [&](const model::ManagedDomain& domain) { return domain.covers(name); });
}

std::string left_out(const model::DesiredState& desired, const model::ObservedDomain& held) {
    std::set<std::string> names;
    for (const model::CertificateFacts& certificate : held.certificates)
        for (const model::Identifier& name : certificate.names)
            if (!is_configured(desired, name))
                names.insert(name.text());
    std::string text;
    for (const std::string& name : names)
        text += (text.empty() ? "" : " ") + name;
    return text;
}

}  // namespace

std::vector<config::Diagnostic> names_left_out(const model::DesiredState& desired,
                                               const model::ObservedState& observed) {
    std::vector<config::Diagnostic> result;
    for (const model::ManagedDomain& domain : desired.domains) {
        const std::string names = left_out(desired, observed.of(domain.name()));
        if (names.empty())
            continue;
        config::Diagnostic diagnostic;
        diagnostic.severity = config::Severity::warning;
        diagnostic.file = *domain.origin.file;
        diagnostic.line = domain.origin.line;
        diagnostic.column = 1;
        diagnostic.message = "the certificate of '" + domain.name() +
                             "' has names that are configured no more: " + names;
        diagnostic.hint =
            "the next renewal leaves them out; add them here, or let a virtual host bring them";
        result.push_back(std::move(diagnostic));
    }
    return result;
}

}  // namespace md::commands

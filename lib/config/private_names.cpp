// SPDX-License-Identifier: Apache-2.0
#include "config/private_names.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace md::config {

std::string why_private(const model::Identifier& name) {
    // Reserved for private use, or used so widely that they will never be delegated (RFC 6762,
    // RFC 8375, ICANN's .internal and name collisions). Not .test and .example, which are for tests
    // and documents.
    constexpr std::array<std::string_view, 11> endings = {
        ".local", ".internal", ".localhost", ".localdomain", ".lan",      ".home",
        ".corp",  ".intranet", ".private",   ".invalid",     ".home.arpa"};
    if (name.is_single_label())
        return "is a name without a dot";
    if (name.text().find('_') != std::string::npos)
        return "has an underscore";
    auto ending = std::find_if(endings.begin(), endings.end(),
                               [&](std::string_view end) { return name.text().ends_with(end); });
    return ending == endings.end() ? "" : "ends in " + std::string(*ending);
}

}  // namespace md::config

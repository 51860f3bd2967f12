// SPDX-License-Identifier: Apache-2.0
// What a takeover comes to, as text: the configuration file for it, and the report to the
// administrator. Nothing a tree says reaches either unless it is harmless there. Pure.
#pragma once

#include "import/clients.hpp"
#include "import/decide.hpp"

#include <string>

namespace md::import {

struct SourceTree {
    ImportSource client;
    std::string directory;
};

// "" when everything that is taken is configured already.
std::string configuration_text(const Decision& decision, const Found& found,
                               const SourceTree& origin, sys_seconds now);

// `written` is the configuration file, "" when none was needed.
std::string report_text(const Decision& decision, const SourceTree& origin,
                        const std::string& written);

}  // namespace md::import

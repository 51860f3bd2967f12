// SPDX-License-Identifier: Apache-2.0
// Which line gave a setting its value.
#pragma once

#include "config/config.hpp"

#include <algorithm>

namespace md::config {

inline const ValueOrigin* find_origin(const std::vector<ValueOrigin>& origins,
                                      std::string_view directive) {
    auto found = std::find_if(origins.begin(), origins.end(), [&](const ValueOrigin& origin) {
        return origin.directive == directive;
    });
    return found == origins.end() ? nullptr : &*found;
}

// Later lines replace earlier ones.
inline void remember(std::vector<ValueOrigin>& origins, ValueOrigin origin) {
    std::erase_if(origins,
                  [&](const ValueOrigin& other) { return other.directive == origin.directive; });
    origins.push_back(std::move(origin));
}

}  // namespace md::config

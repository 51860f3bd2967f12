// SPDX-License-Identifier: Apache-2.0
#include "model/external_account.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>

namespace md::model {
namespace {

constexpr std::array<std::string_view, 3> mac_words = {"HS256", "HS384", "HS512"};

}  // namespace

std::string_view wire_name(MacAlgorithm algorithm) {
    return mac_words[static_cast<std::size_t>(algorithm)];
}

std::optional<MacAlgorithm> mac_algorithm_named(std::string_view word) {
    auto same = [&](std::string_view one) { return base::lower(one) == base::lower(word); };
    auto found = std::find_if(mac_words.begin(), mac_words.end(), same);
    if (found == mac_words.end())
        return std::nullopt;
    return static_cast<MacAlgorithm>(found - mac_words.begin());
}

}  // namespace md::model

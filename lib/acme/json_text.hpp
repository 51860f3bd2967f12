// SPDX-License-Identifier: Apache-2.0
// A CA's JSON as hostile input: bounded depth, no exceptions out of the parser, wrong types absent.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace md::acme {

// nullopt: not JSON, or nested deeper than 16.
std::optional<nlohmann::json> parse_json(std::string_view text);

// The text member of an object, or the other when it is absent or not a text.
std::string text_or(const nlohmann::json& object, const char* name, std::string other = {});

}  // namespace md::acme

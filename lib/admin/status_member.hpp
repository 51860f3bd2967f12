// SPDX-License-Identifier: Apache-2.0
// Reading the status JSON, which may come from a daemon of another version: what is absent, or of
// another kind, is nothing.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace md::admin {

// null when there is none.
const nlohmann::json& member(const nlohmann::json& object, const char* key);
// Printable; "" when there is none.
std::string text_of(const nlohmann::json& object, const char* key);
std::optional<std::chrono::sys_seconds> time_of(const nlohmann::json& object, const char* key);
unsigned long long count_of(const nlohmann::json& object, const char* key);
// The texts of a list from the first-th on, separated by ", ".
std::string joined(const nlohmann::json& list, std::size_t first);

}  // namespace md::admin

// SPDX-License-Identifier: Apache-2.0
// The query of a target (RFC 3986 §3.4) as fields, "?name=value&name=value". Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace md::server {

// "%2A.example.org" -> "*.example.org"; "+" stays. nullopt: a "%" without two hexadecimal digits.
std::optional<std::string> percent_decoded(std::string_view text);

// The other way: all but unreserved characters (RFC 3986 §2.3) become %XX.
std::string percent_encoded(std::string_view text);

// Of "?all&name=x": "x" for "name", "" for "all", as received; nullopt where there is no such
// field.
std::optional<std::string_view> query_field(std::string_view query, std::string_view name);

// All values of the fields of that name, decoded; nullopt where one cannot be.
std::optional<std::vector<std::string>> query_values(std::string_view query, std::string_view name);

}  // namespace md::server

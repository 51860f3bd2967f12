// SPDX-License-Identifier: Apache-2.0
// Points in time and durations as text: the forms HTTP, ACME and the store use, and those people
// read.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace md::base {

using std::chrono::sys_seconds;

// "Mon, 23 Nov 2026 14:28:17 GMT": the store's dates (RFC 822) and HTTP's (RFC 9110 §5.6.7).
std::string http_date(sys_seconds time);
std::optional<sys_seconds> parse_http_date(std::string_view text);

// "2026-11-23T14:28:17Z" (RFC 3339). Parsing takes fractions (dropped) and numeric offsets.
std::string rfc3339(sys_seconds time);
std::optional<sys_seconds> parse_rfc3339(std::string_view text);

// "2026-11-23 14:28:17 UTC", for people.
std::string readable_time(sys_seconds time);

// The two largest units that are not zero, for people: "59 days", "2 hours 5 minutes", "30
// seconds". Negative durations lose their sign; zero is "0 seconds".
std::string readable_duration(std::chrono::seconds duration);

}  // namespace md::base

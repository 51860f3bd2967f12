// SPDX-License-Identifier: Apache-2.0
// The Retry-After header (RFC 9110 §10.2.3): seconds or a date. Pure.
#pragma once

#include "base/time_text.hpp"

#include <optional>
#include <string_view>

namespace md::acme {

using std::chrono::sys_seconds;

// When to ask again; nullopt when it is neither form. Never more than 30 days from now: a CA's slip
// must not silence an MD for years.
std::optional<sys_seconds> parse_retry_after(std::string_view value, sys_seconds now);

}  // namespace md::acme

// SPDX-License-Identifier: Apache-2.0
#include "acme/retry_after.hpp"

#include <algorithm>
#include <charconv>

namespace md::acme {

std::optional<sys_seconds> parse_retry_after(std::string_view value, sys_seconds now) {
    constexpr std::chrono::seconds longest = std::chrono::days{30};
    bool digits = !value.empty() && std::all_of(value.begin(), value.end(),
                                                [](char c) { return c >= '0' && c <= '9'; });
    if (!digits) {
        auto date = base::parse_http_date(value);
        return date ? std::optional(std::min(*date, now + longest)) : std::nullopt;
    }
    long long count = 0;
    auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), count);
    if (error != std::errc{} || count > longest.count())
        return now + longest;
    return now + std::chrono::seconds{count};
}

}  // namespace md::acme

// SPDX-License-Identifier: Apache-2.0
// Any octets as a Retry-After header: no time but a near one, and the pace of polling stays within
// its bounds. Also as the dates of the store and of RFC 3339.
#include "acme/retry.hpp"
#include "base/time_text.hpp"
#include "input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t size) {
    using namespace md;
    using namespace std::chrono_literals;
    const std::string_view text = fuzz::text_of(octets, size);
    const std::chrono::sys_seconds now{1'795'444'097s};
    const auto when = acme::parse_retry_after(text, now);
    if (when)
        fuzz::promise(*when <= now + std::chrono::days{30}, "no Retry-After beyond a month");
    acme::PollPace pace(30ms);
    const auto pause = pace.next(when, now);
    fuzz::promise(pause >= 30ms && pause <= 1min, "polls are between a moment and a minute apart");
    if (const auto date = base::parse_http_date(text))
        fuzz::promise(base::parse_http_date(base::http_date(*date)) == date, "dates come back");
    if (const auto date = base::parse_rfc3339(text))
        fuzz::promise(base::parse_rfc3339(base::rfc3339(*date)) == date, "times come back");
    return 0;
}

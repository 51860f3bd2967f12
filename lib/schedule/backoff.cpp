// SPDX-License-Identifier: Apache-2.0
#include "schedule/backoff.hpp"

#include <algorithm>
#include <array>

namespace md::schedule {
namespace {

using namespace std::chrono_literals;
using model::FailureClass;

constexpr seconds daily = std::chrono::days{1};

seconds doubling(seconds first, unsigned errors) {
    first = std::clamp(first, 1s, daily);
    seconds most = std::max<seconds>(1h, first);
    seconds delay = first;
    for (unsigned i = 1; i < errors && delay < most; ++i)
        delay *= 2;
    return std::min(delay, most);
}

// Let's Encrypt's own advice; it stays below 5 failed validations an hour and name.
seconds tenfold(unsigned errors) {
    constexpr std::array<seconds, 3> delays = {1min, 10min, 100min};
    return errors > delays.size() ? daily : delays[std::max(errors, 1u) - 1];
}

seconds delay_of(const FailedAttempt& failed) {
    switch (failed.failure_class) {
        case FailureClass::passing:
            if (failed.misunderstood && failed.errors > 1)
                return std::max(tenfold(failed.errors - 1), doubling(failed.retry_delay, 1));
            return doubling(failed.retry_delay, failed.errors);
        case FailureClass::budget:
            return tenfold(failed.errors);
        case FailureClass::permanent:
            return daily;
    }
    return daily;
}

// -25 % to +25 % of the delay.
seconds spread(seconds delay, double jitter) {
    double share = jitter >= 0 && jitter <= 1 ? (jitter - 0.5) / 2 : 0;
    return seconds{static_cast<seconds::rep>(static_cast<double>(delay.count()) * share)};
}

}  // namespace

sys_seconds retry_at(const FailedAttempt& failed) {
    if (failed.retry_after && *failed.retry_after > failed.at) {
        // Compared as times: a hostile date may lie further away than seconds can count.
        sys_seconds latest = failed.at + longest_retry_after;
        seconds asked = std::min(*failed.retry_after, latest) - failed.at;
        return failed.at + asked + std::clamp<seconds>(spread(asked, failed.jitter), 0s, 1h);
    }
    seconds delay = delay_of(failed);
    delay += spread(delay, failed.jitter);
    if (failed.lifetime && *failed.lifetime > 0s)
        delay = std::min(delay, *failed.lifetime / 10);
    return failed.at + std::max(delay, 1s);
}

sys_seconds notify_retry_at(unsigned errors, sys_seconds at, double jitter) {
    FailedAttempt failed{FailureClass::passing, errors, at, {}, {}, 5s, jitter};
    return retry_at(failed);
}

}  // namespace md::schedule

// SPDX-License-Identifier: Apache-2.0
#include "schedule/rate_limit.hpp"

#include "schedule/backoff.hpp"

#include <algorithm>

namespace md::schedule {
namespace {

struct PastAttempt {
    sys_seconds at;
    const std::string* url;
    std::size_t orders;
};

// Those of one MD that the store tells of.
void collect_past(std::vector<PastAttempt>& all, const model::ManagedDomain& domain,
                  const std::vector<sys_seconds>& started, const std::string& asked) {
    const model::Settings& settings = *domain.settings;
    const std::string& url = asked.empty() ? settings.common().directory_url : asked;
    for (sys_seconds at : started)
        all.push_back({at, &url, settings.keys.size()});
}

}  // namespace

void RateLimit::count(sys_seconds at, std::size_t orders, const model::OrderRate& rate) {
    if (!rate.is_limited())
        return;
    placed_.insert(placed_.end(), std::min<std::size_t>(orders, rate.orders), at);
    while (placed_.size() > rate.orders)
        placed_.pop_front();
}

void RateLimit::hold_until(sys_seconds time) {
    held_until_ = std::max(time, held_until_.value_or(time));
}

sys_seconds RateLimit::next_start(sys_seconds now, const model::OrderRate& rate) const {
    sys_seconds start = now;
    if (rate.is_limited() && placed_.size() >= rate.orders) {
        sys_seconds oldest = placed_[placed_.size() - rate.orders];
        start = std::max(start, std::min(oldest, now) + rate.period);
    }
    if (held_until_ && *held_until_ <= now + longest_retry_after)
        start = std::max(start, *held_until_);
    return start;
}

CaLimits::Number CaLimits::number_of(const std::string& url) {
    auto [known, is_new] = numbers_.emplace(url, static_cast<Number>(cas_.size()));
    if (is_new)
        cas_.push_back({url, {}});
    return known->second;
}

void CaLimits::count(Number ca, std::size_t orders, sys_seconds at,
                     const model::ServerSettings& server) {
    Ca& one = cas_[ca];
    one.limit.count(at, orders, server.order_rate_at(one.directory_url));
}

void CaLimits::hold_until(const std::string& url, sys_seconds time) {
    cas_[number_of(url)].limit.hold_until(time);
}

void CaLimits::recall(const model::DesiredState& desired, const model::ObservedState& observed) {
    std::vector<PastAttempt> past;
    for (const model::ManagedDomain& domain : desired.domains) {
        const model::ObservedDomain& held = observed.of(domain.name());
        if (held.attempts)
            collect_past(past, domain, held.attempts->started, *held.attempts->ca_url);
        collect_past(past, domain, held.state.started, *held.state.ca_url);
    }
    std::sort(past.begin(), past.end(),
              [](const PastAttempt& a, const PastAttempt& b) { return a.at < b.at; });
    for (const PastAttempt& one : past)
        count(number_of(*one.url), one.orders, one.at, desired.server);
}

std::vector<sys_seconds> CaLimits::open_from(sys_seconds now,
                                             const model::ServerSettings& server) const {
    std::vector<sys_seconds> times;
    times.reserve(cas_.size());
    for (const Ca& one : cas_)
        times.push_back(one.limit.next_start(now, server.order_rate_at(one.directory_url)));
    return times;
}

}  // namespace md::schedule

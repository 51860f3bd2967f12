// SPDX-License-Identifier: Apache-2.0
#include "bench/model_ca.hpp"

#include <algorithm>

namespace md::bench {
namespace {

using namespace std::chrono_literals;

// https://letsencrypt.org/docs/rate-limits/
constexpr Limit orders_of_account{300, 36s};
constexpr Limit certificates_of_registered_domain{50, 202min};
constexpr Limit certificates_of_identifier_set{5, 34h};
constexpr Limit failures_of_name{5, 12min};
constexpr seconds busy_for = 1h;
constexpr seconds on_the_way = 30s;  // what was sent before an answer came
constexpr std::size_t names_of_registered_domain = 10;

}  // namespace

bool any_has(const Spans& spans, sys_seconds time) {
    return std::any_of(spans.begin(), spans.end(), [&](const Span& one) { return one.has(time); });
}

bool any_meets(const Spans& spans, const Span& other) {
    return std::any_of(spans.begin(), spans.end(),
                       [&](const Span& one) { return one.meets(other); });
}

sys_seconds Usage::room(const Limit& limit, sys_seconds now) const {
    return std::max(now, empty_again_ - limit.refill * (limit.burst - 1));
}

void Usage::count(const Limit& limit, sys_seconds now) {
    empty_again_ = std::max(empty_again_, now) + limit.refill;
}

sys_seconds ModelCa::room(std::size_t place, bool renewal, sys_seconds now) {
    sys_seconds when = std::max({account_.room(orders_of_account, now),
                                 identifier_sets_[place].room(certificates_of_identifier_set, now),
                                 failed_proofs_[place].room(failures_of_name, now)});
    if (!renewal)
        when = std::max(when, registered_domains_[place / names_of_registered_domain].room(
                                  certificates_of_registered_domain, now));
    return when;
}

void ModelCa::note_order(sys_seconds now) {
    last_hour_.push_back(now);
    while (last_hour_.front() <= now - 1h)
        last_hour_.pop_front();
    busiest_hour_ = std::max(busiest_hour_, last_hour_.size());
}

ModelCa::Reply ModelCa::new_order(std::size_t place, bool renewal, sys_seconds now) {
    if (any_has(down, now))
        return {Answer::silence};
    too_early_ += now < asked_to_wait_ && now > asked_at_ + on_the_way;
    note_order(now);
    if (any_has(busy, now)) {
        asked_at_ = now;
        asked_to_wait_ = now + busy_for;
        return {Answer::busy, now + busy_for};
    }
    if (sys_seconds when = room(place, renewal, now); when > now) {
        ++limits_hit_;
        return {Answer::limited, when};
    }
    account_.count(orders_of_account, now);
    return {Answer::accepted};
}

void ModelCa::refuse_proof(std::size_t place, sys_seconds now) {
    failed_proofs_[place].count(failures_of_name, now);
}

seconds ModelCa::issue(std::size_t place, bool renewal, sys_seconds now) {
    identifier_sets_[place].count(certificates_of_identifier_set, now);
    if (!renewal)
        registered_domains_[place / names_of_registered_domain].count(
            certificates_of_registered_domain, now);
    auto era =
        std::find_if(eras.rbegin(), eras.rend(), [&](const Era& one) { return one.from <= now; });
    return era->lifetime;
}

}  // namespace md::bench

// SPDX-License-Identifier: Apache-2.0
#include "schedule/dispatch.hpp"

#include "schedule/renewal.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace md::schedule {
namespace {

// Looked at again after this, should its end be missed.
constexpr std::chrono::minutes wait_for_orphan{1};
constexpr std::chrono::seconds wait_for_notification{1};

}  // namespace

void Dispatcher::plan_all(const model::DesiredState& desired, const model::ObservedState& observed,
                          sys_seconds now) {
    unanswered_.clear();
    driven_ = 0;
    std::vector<Due> all;
    all.reserve(desired.domains.size());
    for (const model::ManagedDomain& wanted : desired.domains) {
        driven_ += wanted.driven() ? 1 : 0;
        const model::ObservedDomain& held = observed.of(wanted.name());
        note_told(wanted.name(), held);
        auto due = due_of(desired.server, wanted, held, now);
        if (!due)
            continue;
        note_unanswered(*due);
        all.push_back(std::move(*due));
    }
    queue_.assign(std::move(all));
}

void Dispatcher::plan(const model::ServerSettings& server, const model::ManagedDomain& wanted,
                      const model::ObservedDomain& held, sys_seconds now) {
    note_told(wanted.name(), held);
    answer(wanted.name());
    auto due = due_of(server, wanted, held, now);
    if (!due)
        return queue_.remove(wanted.name());
    note_unanswered(*due);
    queue_.put(*due);
}

std::optional<Due> Dispatcher::due_of(const model::ServerSettings& server,
                                      const model::ManagedDomain& wanted,
                                      const model::ObservedDomain& held, sys_seconds now) {
    const std::string& name = wanted.name();
    Step step = plan_domain(wanted, held, now);
    note_limited(step);
    sys_seconds urgent = deadline(wanted, held).value_or(now);
    // However late one that keeps failing is, it lets those go first whose time came meanwhile.
    if (step.at && held.attempts && held.attempts->errors > 0)
        urgent = std::max(urgent, *step.at);
    const bool requested = is_requested(name);
    if (requested)
        step.at = now;
    if (single_requests_.contains(name))
        urgent = sys_seconds::min();
    if (!step.at || running_.contains(name))
        return std::nullopt;
    Due due{name, *step.at, urgent, limits_.number_of(step.issuer)};
    due.orders = static_cast<std::uint16_t>(wanted.settings->keys.size());
    due.rule = requested ? Rule::requested : step.rule;
    due.awaits_orphan = awaits_orphan(wanted);
    due.awaits_notification = !requested && must_be_told_first(server, held);
    return due;
}

// What is due again although nobody was told of the last set: servers would never read one.
bool Dispatcher::must_be_told_first(const model::ServerSettings& server,
                                    const model::ObservedDomain& held) const {
    const model::OwedCall& notification = held.delivery->notification;
    return !is_single_pass_ && !server.notify_command.empty() && !held.certificates.empty() &&
           notification.owed && notification.errors == 0;
}

void Dispatcher::note_told(const std::string& name, const model::ObservedDomain& held) {
    if (!running_.contains(name) && !held.delivery->notification.owed)
        callers_wait_for_.erase(name);
}

void Dispatcher::note_limited(Step step) {
    if (step.rule != Rule::renewal_limit)
        return;
    sys_seconds& told = limited_[step.domain];
    if (told == *step.at)
        return;
    told = *step.at;
    newly_limited_.push_back(std::move(step));
}

std::vector<Step> Dispatcher::take_limited() {
    return std::exchange(newly_limited_, {});
}

void Dispatcher::request(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
        if (names.size() == 1)
            single_requests_.insert(name);
        else
            other_requests_.insert(name);
    }
}

bool Dispatcher::is_requested(const std::string& name) const {
    return single_requests_.contains(name) || other_requests_.contains(name);
}

void Dispatcher::note_unanswered(const Due& due) {
    if (other_requests_.contains(due.domain) && !single_requests_.contains(due.domain))
        unanswered_[due.ca].insert(due.domain);
}

// It is started, put off or planned anew.
void Dispatcher::answer(const std::string& name) {
    if (!other_requests_.contains(name))
        return;
    for (auto& [ca, names] : unanswered_)
        names.erase(name);
}

Dispatch Dispatcher::dispatch(const model::ServerSettings& server, sys_seconds now) {
    Dispatch result;
    start_single_requests(result, server, now);
    is_notification_awaited_ = false;
    auto open_from = limits_.open_from(now, server);
    while (running_.size() < server.max_parallel) {
        auto next = queue_.take(now, open_from);
        if (!next)
            break;
        if (auto put_off = why_put_off(*next, now)) {
            next->at = put_off->until;
            queue_.put(*next);
            is_notification_awaited_ |= put_off->what == WaitsFor::notification;
            result.put_off.push_back(std::move(*put_off));
        } else {
            start(result, *next, server, now);
            open_from = limits_.open_from(now, server);
        }
    }
    put_off_requests(result, open_from, now);
    // With all hands busy the next one starts when one of them is done.
    if (running_.size() < server.max_parallel)
        result.wake = queue_.next(now, open_from);
    return result;
}

void Dispatcher::start_single_requests(Dispatch& dispatch, const model::ServerSettings& server,
                                       sys_seconds now) {
    const std::set<std::string> names = single_requests_;
    for (const std::string& name : names) {
        const Due* due = queue_.find(name);
        if (due == nullptr || running_.size() >= server.max_parallel || why_put_off(*due, now))
            continue;
        const Due started = *due;
        queue_.remove(name);
        start(dispatch, started, server, now);
    }
}

std::optional<PutOff> Dispatcher::why_put_off(const Due& due, sys_seconds now) const {
    if (due.awaits_orphan && !orphans_.empty())
        return PutOff{due.domain, WaitsFor::orphan, now + wait_for_orphan};
    if (due.awaits_notification)
        return PutOff{due.domain, WaitsFor::notification, now + wait_for_notification};
    return std::nullopt;
}

void Dispatcher::start(Dispatch& dispatch, const Due& due, const model::ServerSettings& server,
                       sys_seconds now) {
    answer(due.domain);
    if (single_requests_.erase(due.domain) > 0)
        callers_wait_for_.insert(due.domain);
    other_requests_.erase(due.domain);
    running_.insert(due.domain);
    limits_.count(due.ca, due.orders, now, server);
    dispatch.start.push_back({due.domain, limits_.directory_url(due.ca), due.rule});
}

void Dispatcher::put_off_requests(Dispatch& dispatch, const DueQueue::OpenFrom& open_from,
                                  sys_seconds now) {
    for (auto& [ca, names] : unanswered_) {
        if (open_from[ca] <= now)
            continue;
        for (const std::string& name : names)
            dispatch.put_off.push_back({name, WaitsFor::order_rate, open_from[ca]});
        names.clear();
    }
}

bool Dispatcher::ended(const std::string& name) {
    running_.erase(name);
    return orphans_.erase(name) > 0;
}

void Dispatcher::forget(const std::string& name) {
    answer(name);
    single_requests_.erase(name);
    other_requests_.erase(name);
    callers_wait_for_.erase(name);
    limited_.erase(name);
}

std::vector<std::string> Dispatcher::replace(const model::DesiredState& former,
                                             const model::DesiredState& desired) {
    for (const model::ManagedDomain& domain : former.domains)
        if (running_.contains(domain.name()))
            orphans_.emplace(domain.name(), domain);
    std::set<std::string> names;
    for (const model::ManagedDomain& domain : desired.domains)
        names.insert(domain.name());
    std::erase_if(orphans_, [&](const auto& orphan) { return names.contains(orphan.first); });
    std::set<std::string> gone;
    for (const auto* requests : {&single_requests_, &other_requests_})
        std::set_difference(requests->begin(), requests->end(), names.begin(), names.end(),
                            std::inserter(gone, gone.end()));
    for (const std::string& name : gone)
        forget(name);
    std::erase_if(limited_, [&](const auto& one) { return !names.contains(one.first); });
    // Who has none any more is told of nothing; an orphan's end is seen to by forget().
    std::erase_if(callers_wait_for_, [&](const std::string& name) {
        return !names.contains(name) && !running_.contains(name);
    });
    return {gone.begin(), gone.end()};
}

bool Dispatcher::awaits_orphan(const model::ManagedDomain& wanted) const {
    return std::any_of(orphans_.begin(), orphans_.end(), [&](const auto& orphan) {
        const auto& members = orphan.second.members;
        return std::any_of(members.begin(), members.end(),
                           [&](const model::Member& member) { return wanted.covers(member.name); });
    });
}

bool Dispatcher::may_notify_later() const {
    const bool caller_waits =
        std::any_of(callers_wait_for_.begin(), callers_wait_for_.end(),
                    [this](const std::string& name) { return !running_.contains(name); });
    return !running_.empty() && !is_notification_awaited_ && !caller_waits;
}

bool Dispatcher::is_complete() const {
    return queue_.size() + running_.size() >= driven_ + orphans_.size();
}

std::vector<std::string> Dispatcher::due(sys_seconds now) const {
    std::vector<std::string> names;
    for (Due& one : queue_.due(now))
        names.push_back(std::move(one.domain));
    return names;
}

}  // namespace md::schedule

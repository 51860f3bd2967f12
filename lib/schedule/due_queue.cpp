// SPDX-License-Identifier: Apache-2.0
#include "schedule/due_queue.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>

namespace md::schedule {
namespace {

sys_seconds opening_of(CaLimits::Number ca, const DueQueue::OpenFrom& open_from) {
    return ca < open_from.size() ? open_from[ca] : sys_seconds::min();
}

}  // namespace

void DueQueue::assign(std::vector<Due> all) {
    *this = DueQueue{};
    entries_.reserve(all.size());
    waiting_.reserve(all.size());
    for (Due& one : all) {
        entries_.push_back({std::move(one), is_out});
        wait(static_cast<Number>(entries_.size() - 1));
    }
    by_name_.resize(entries_.size());
    std::iota(by_name_.begin(), by_name_.end(), Number{0});
    std::sort(by_name_.begin(), by_name_.end(), [this](Number one, Number other) {
        return entries_[one].due.domain < entries_[other].due.domain;
    });
    size_ = entries_.size();
}

std::vector<DueQueue::Number>::const_iterator DueQueue::lower_bound(std::string_view domain) const {
    return std::lower_bound(by_name_.begin(), by_name_.end(), domain,
                            [this](Number number, std::string_view name) {
                                return entries_[number].due.domain < name;
                            });
}

void DueQueue::put(const Due& due) {
    auto place = lower_bound(due.domain);
    if (place == by_name_.end() || entries_[*place].due.domain != due.domain) {
        place = by_name_.insert(place, static_cast<Number>(entries_.size()));
        entries_.emplace_back();
    }
    const Number number = *place;
    take_out(entries_[number]);
    entries_[number].due = due;
    wait(number);
    ++size_;
}

void DueQueue::remove(std::string_view domain) {
    auto place = lower_bound(domain);
    if (place != by_name_.end() && entries_[*place].due.domain == domain)
        take_out(entries_[*place]);
}

// The entry itself stays, for the next time.
void DueQueue::take_out(Queued& entry) {
    if (entry.position == is_out)
        return;
    if (entry.position == has_arrived) {
        const auto number = static_cast<Number>(&entry - entries_.data());
        arrived_[entry.due.ca].erase({entry.due.deadline, number});
    } else {
        stop_waiting(entry.position);
    }
    entry.position = is_out;
    --size_;
}

const Due* DueQueue::find(std::string_view domain) const {
    auto place = lower_bound(domain);
    if (place == by_name_.end() || entries_[*place].due.domain != domain)
        return nullptr;
    const Queued& entry = entries_[*place];
    return entry.position == is_out ? nullptr : &entry.due;
}

void DueQueue::arrive(sys_seconds now) {
    while (!waiting_.empty() && entries_[waiting_.front()].due.at <= now) {
        const Number number = waiting_.front();
        stop_waiting(0);
        Queued& entry = entries_[number];
        entry.position = has_arrived;
        arrived_[entry.due.ca].emplace(entry.due.deadline, number);
    }
}

std::optional<Due> DueQueue::take(sys_seconds now, const OpenFrom& open_from) {
    arrive(now);
    const std::pair<sys_seconds, Number>* first = nullptr;
    for (const auto& [ca, due] : arrived_)
        if (!due.empty() && (first == nullptr || *due.begin() < *first) &&
            opening_of(ca, open_from) <= now)
            first = &*due.begin();
    if (first == nullptr)
        return std::nullopt;
    Queued& entry = entries_[first->second];
    take_out(entry);
    return entry.due;
}

std::optional<sys_seconds> DueQueue::next(sys_seconds now, const OpenFrom& open_from) const {
    std::optional<sys_seconds> next;
    auto consider = [&](sys_seconds time) { next = std::min(next.value_or(time), time); };
    for (const auto& [ca, due] : arrived_)
        if (!due.empty())
            consider(std::max(now, opening_of(ca, open_from)));
    if (!waiting_.empty())
        consider(std::max(now, entries_[waiting_.front()].due.at));
    return next;
}

std::vector<Due> DueQueue::due(sys_seconds now) const {
    DueQueue copy = *this;
    copy.arrive(now);
    std::vector<Due> due;
    for (const auto& [ca, inside] : copy.arrived_)
        for (const auto& [deadline, number] : inside)
            due.push_back(copy.entries_[number].due);
    return due;
}

// A heap whose entries know where they stand in it, so that each can be taken out.
void DueQueue::wait(Number number) {
    waiting_.push_back(number);
    set(static_cast<Number>(waiting_.size() - 1), number);
    rise(entries_[number].position);
}

void DueQueue::stop_waiting(Number position) {
    const Number last = waiting_.back();
    waiting_.pop_back();
    if (position == waiting_.size())
        return;
    set(position, last);
    rise(position);
    sink(entries_[last].position);
}

bool DueQueue::is_earlier(Number one, Number other) const {
    return entries_[waiting_[one]].due.at < entries_[waiting_[other]].due.at;
}

void DueQueue::set(Number position, Number number) {
    waiting_[position] = number;
    entries_[number].position = position;
}

void DueQueue::rise(Number position) {
    for (Number parent = 0; position > 0 && is_earlier(position, parent = (position - 1) / 2);
         position = parent) {
        const Number number = waiting_[position];
        set(position, waiting_[parent]);
        set(parent, number);
    }
}

void DueQueue::sink(Number position) {
    while (true) {
        Number least = position;
        for (Number child : {2 * position + 1, 2 * position + 2})
            if (child < waiting_.size() && is_earlier(child, least))
                least = child;
        if (least == position)
            return;
        const Number number = waiting_[position];
        set(position, waiting_[least]);
        set(least, number);
        position = least;
    }
}

}  // namespace md::schedule

// SPDX-License-Identifier: Apache-2.0
#include "schedule/agenda.hpp"

#include <algorithm>

namespace md::schedule {

void Agenda::put(const Appointment& appointment) {
    remove(appointment.place);
    if (booked_.size() <= appointment.place)
        booked_.resize(appointment.place + 1);
    booked_[appointment.place] = appointment;
    waiting_.emplace(appointment.at, appointment.place);
    ++size_;
}

void Agenda::remove(std::size_t place) {
    if (place >= booked_.size() || !booked_[place])
        return;
    const Appointment& former = *booked_[place];
    waiting_.erase({former.at, place});
    auto lane = arrived_.find(former.lane);
    if (lane != arrived_.end())
        lane->second.erase({former.deadline, place});
    booked_[place].reset();
    --size_;
}

void Agenda::clear(std::size_t places) {
    *this = Agenda{};
    booked_.reserve(places);
}

void Agenda::arrive(sys_seconds now) {
    while (!waiting_.empty() && waiting_.begin()->first <= now) {
        const Appointment& appointment = *booked_[waiting_.begin()->second];
        arrived_[appointment.lane].emplace(appointment.deadline, appointment.place);
        waiting_.erase(waiting_.begin());
    }
}

std::optional<Appointment> Agenda::take(sys_seconds now, const LaneOpens& opens) {
    arrive(now);
    const std::pair<sys_seconds, std::size_t>* first = nullptr;
    for (const auto& [lane, due] : arrived_)
        if (!due.empty() && (first == nullptr || *due.begin() < *first) && opens(lane) <= now)
            first = &*due.begin();
    if (first == nullptr)
        return std::nullopt;
    Appointment taken = *booked_[first->second];
    remove(taken.place);
    return taken;
}

std::optional<sys_seconds> Agenda::next(sys_seconds now, const LaneOpens& opens) const {
    std::optional<sys_seconds> next;
    auto consider = [&](sys_seconds time) { next = std::min(next.value_or(time), time); };
    for (const auto& [lane, due] : arrived_)
        if (!due.empty())
            consider(std::max(now, opens(lane)));
    if (!waiting_.empty())
        consider(std::max(now, waiting_.begin()->first));
    return next;
}

std::vector<Appointment> Agenda::due(sys_seconds now) const {
    std::map<std::size_t, InOrder> lanes = arrived_;
    for (auto one = waiting_.begin(); one != waiting_.end() && one->first <= now; ++one) {
        const Appointment& appointment = *booked_[one->second];
        lanes[appointment.lane].emplace(appointment.deadline, appointment.place);
    }
    std::vector<Appointment> due;
    for (const auto& [lane, inside] : lanes)
        for (const auto& [deadline, place] : inside)
            due.push_back(*booked_[place]);
    return due;
}

}  // namespace md::schedule

// SPDX-License-Identifier: Apache-2.0
// Who is next among ten thousand: the plan's next times, kept in order, so that an event costs the
// logarithm of their number. Pure; knows MDs by their place in the configuration.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace md::schedule {

using std::chrono::sys_seconds;

struct Appointment {
    std::size_t place = 0;   // of the MD in the configuration
    std::size_t lane = 0;    // MDs of one CA share a lane
    sys_seconds at{};        // when it is due
    sys_seconds deadline{};  // of those that are due the earliest goes first

    bool operator==(const Appointment&) const = default;
};

class Agenda {
public:
    // From when on a lane takes another one.
    using LaneOpens = std::function<sys_seconds(std::size_t lane)>;

    // Takes the place of the MD's former appointment.
    void put(const Appointment& appointment);
    void remove(std::size_t place);
    // Of so many places at most, for which there is room then.
    void clear(std::size_t places = 0);
    std::size_t size() const { return size_; }

    // Removes and returns the most urgent one that is due and whose lane is open.
    std::optional<Appointment> take(sys_seconds now, const LaneOpens& opens);
    // When to call take() again, provided nothing is put or removed: one becomes due then, or the
    // lane of one that is due opens. nullopt: never.
    std::optional<sys_seconds> next(sys_seconds now, const LaneOpens& opens) const;
    // Those that are due, whether their lane is open or not; the most urgent first in each lane.
    std::vector<Appointment> due(sys_seconds now) const;

private:
    using InOrder = std::set<std::pair<sys_seconds, std::size_t>>;  // time and place
    void arrive(sys_seconds now);

    std::vector<std::optional<Appointment>> booked_;  // by place
    InOrder waiting_;                                 // by `at`
    std::map<std::size_t, InOrder> arrived_;          // by lane, then by deadline: found due once
    std::size_t size_ = 0;
};

}  // namespace md::schedule

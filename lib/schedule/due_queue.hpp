// SPDX-License-Identifier: Apache-2.0
// Who is next among ten thousand: what the plan says of each MD, kept in the order of the times, so
// that an event costs the logarithm of their number. Pure; knows MDs by their names.
#pragma once

#include "schedule/plan.hpp"
#include "schedule/rate_limit.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace md::schedule {

using std::chrono::sys_seconds;

// What is kept of the Step of an MD: its reason is a sentence, and made when it is read.
struct Due {
    std::string domain;                // the MD's name
    sys_seconds at{};                  // when it is due
    sys_seconds deadline{};            // of those that are due the earliest goes first
    CaLimits::Number ca = 0;           // that is asked
    std::uint16_t orders = 1;          // that are placed there
    Rule rule = Rule::nothing_held;    // by which it is due
    bool awaits_orphan = false;        // see Dispatcher
    bool awaits_notification = false;  // the same

    bool operator==(const Due&) const = default;
};

class DueQueue {
public:
    // From when on each CA is open, by its number; one that is not listed always is.
    using OpenFrom = std::vector<sys_seconds>;

    // In the place of all; names are unique. Of equals the one goes first that was named first.
    void assign(std::vector<Due> all);
    // In the place of what was known of this MD.
    void put(const Due& due);
    void remove(std::string_view domain);
    // nullptr: it is not in the queue. Until the next change.
    const Due* find(std::string_view domain) const;
    std::size_t size() const { return size_; }

    // Removes and returns the most urgent one that is due and whose CA is open.
    std::optional<Due> take(sys_seconds now, const OpenFrom& open_from = {});
    // When to call take() again, provided nothing is put or removed: one becomes due then, or the
    // CA of one that is due opens. nullopt: never.
    std::optional<sys_seconds> next(sys_seconds now, const OpenFrom& open_from = {}) const;
    // Those that are due, whether their CA is open or not; the most urgent first at each CA.
    std::vector<Due> due(sys_seconds now) const;

private:
    using Number = std::uint32_t;  // of an entry
    static constexpr Number is_out = ~Number{0}, has_arrived = is_out - 1;
    struct Queued {
        Due due;
        Number position = is_out;  // in waiting_, or one of the words above
    };
    using ByDeadline = std::set<std::pair<sys_seconds, Number>>;

    std::vector<Number>::const_iterator lower_bound(std::string_view domain) const;
    void take_out(Queued& entry);
    void arrive(sys_seconds now);
    void wait(Number number);
    void stop_waiting(Number position);
    bool is_earlier(Number one, Number other) const;
    void set(Number position, Number number);
    void rise(Number position);
    void sink(Number position);

    std::vector<Queued> entries_;
    std::vector<Number> by_name_;                     // all entries, in the order of their names
    std::vector<Number> waiting_;                     // a heap, the earliest `at` first
    std::map<CaLimits::Number, ByDeadline> arrived_;  // by CA: those that were found due
    std::size_t size_ = 0;
};

}  // namespace md::schedule

// SPDX-License-Identifier: Apache-2.0
// A std::optional<sys_seconds> in the room of a time: thousands of MDs hold several of them.
#pragma once

#include <chrono>
#include <optional>

namespace md::model {

class OptionalTime {
    using Time = std::chrono::sys_seconds;

public:
    OptionalTime() = default;
    OptionalTime(std::nullopt_t) {}
    OptionalTime(Time time) : time_(time) {}
    OptionalTime(const std::optional<Time>& time) : time_(time.value_or(none)) {}

    bool has_value() const { return time_ != none; }
    explicit operator bool() const { return has_value(); }
    operator std::optional<Time>() const {
        return has_value() ? std::optional(time_) : std::nullopt;
    }
    const Time& operator*() const { return time_; }
    Time value_or(Time other) const { return has_value() ? time_ : other; }
    void reset() { time_ = none; }

    friend bool operator==(const OptionalTime&, const OptionalTime&) = default;

private:
    static constexpr Time none = Time::min();
    Time time_ = none;
};

}  // namespace md::model

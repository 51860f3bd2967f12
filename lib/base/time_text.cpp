// SPDX-License-Identifier: Apache-2.0
#include "base/time_text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

namespace md::base {
namespace {

using namespace std::chrono;

constexpr std::array<const char*, 7> weekdays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<const char*, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct Civil {
    int year;
    unsigned month, day, hour, minute, second;
};

Civil civil_of(sys_seconds time) {
    auto day_point = floor<days>(time);
    year_month_day date{day_point};
    hh_mm_ss clock{time - day_point};
    return {int(date.year()),
            unsigned(date.month()),
            unsigned(date.day()),
            static_cast<unsigned>(clock.hours().count()),
            static_cast<unsigned>(clock.minutes().count()),
            static_cast<unsigned>(clock.seconds().count())};
}

std::optional<sys_seconds> time_of(const Civil& c) {
    year_month_day date{year{c.year}, month{c.month}, day{c.day}};
    if (!date.ok() || c.hour > 23 || c.minute > 59 || c.second > 60)
        return std::nullopt;
    return sys_days{date} + hours{c.hour} + minutes{c.minute} + seconds{c.second};
}

// Years have four digits in all forms; a leap second or an offset may lead out of them.
std::optional<sys_seconds> within_four_digits(sys_seconds time) {
    constexpr sys_seconds first = sys_days{year{0} / January / 1};
    constexpr sys_seconds end = sys_days{year{10000} / January / 1};
    return time >= first && time < end ? std::optional(time) : std::nullopt;
}

template <typename... Parts>
std::string formatted(const char* pattern, Parts... parts) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), pattern, parts...);
    return text.data();
}

// Takes a text of fixed form from its front; `good` is false after the first mismatch.
struct Reader {
    std::string_view text;
    bool good = true;

    void literal(std::string_view expected) {
        good = good && text.starts_with(expected);
        if (good)
            text.remove_prefix(expected.size());
    }
    char any_of(std::string_view choices) {
        good = good && !text.empty() && choices.find(text.front()) != std::string_view::npos;
        if (!good)
            return 0;
        char found = text.front();
        text.remove_prefix(1);
        return found;
    }
    // Exactly so many digits.
    unsigned number(std::size_t digits) {
        unsigned value = 0;
        for (std::size_t i = 0; i < digits; ++i)
            if (char digit = any_of("0123456789"); good)
                value = value * 10 + static_cast<unsigned>(digit - '0');
        return value;
    }
    template <std::size_t Count>
    std::optional<unsigned> one_of(const std::array<const char*, Count>& words) {
        for (unsigned i = 0; good && i < Count; ++i)
            if (text.starts_with(words[i])) {
                text.remove_prefix(3);
                return i;
            }
        good = false;
        return std::nullopt;
    }
    void clock(Civil& c) {
        c.hour = number(2);
        literal(":");
        c.minute = number(2);
        literal(":");
        c.second = number(2);
    }
};

}  // namespace

std::string http_date(sys_seconds time) {
    Civil c = civil_of(time);
    auto weekday_index = weekday{floor<days>(time)}.c_encoding();
    return formatted("%s, %02u %s %04d %02u:%02u:%02u GMT", weekdays[weekday_index], c.day,
                     months[c.month - 1], c.year, c.hour, c.minute, c.second);
}

std::optional<sys_seconds> parse_http_date(std::string_view text) {
    Reader reader{text};
    Civil c{};
    bool weekday_known = reader.one_of(weekdays).has_value();
    reader.literal(", ");
    c.day = reader.number(2);
    reader.literal(" ");
    auto month_index = reader.one_of(months);
    reader.literal(" ");
    c.year = static_cast<int>(reader.number(4));
    reader.literal(" ");
    reader.clock(c);
    reader.literal(" GMT");
    if (!reader.good || !reader.text.empty() || !weekday_known || !month_index)
        return std::nullopt;
    c.month = *month_index + 1;
    auto time = time_of(c);
    return time ? within_four_digits(*time) : std::nullopt;
}

std::string rfc3339(sys_seconds time) {
    Civil c = civil_of(time);
    return formatted("%04d-%02u-%02uT%02u:%02u:%02uZ", c.year, c.month, c.day, c.hour, c.minute,
                     c.second);
}

std::optional<sys_seconds> parse_rfc3339(std::string_view text) {
    Reader reader{text};
    Civil c{};
    c.year = static_cast<int>(reader.number(4));
    reader.literal("-");
    c.month = reader.number(2);
    reader.literal("-");
    c.day = reader.number(2);
    reader.any_of("Tt ");
    reader.clock(c);
    if (reader.text.starts_with('.')) {
        reader.literal(".");
        reader.number(1);
        reader.text.remove_prefix(
            std::min(reader.text.find_first_not_of("0123456789"), reader.text.size()));
    }
    char zone = reader.any_of("Zz+-");
    seconds offset{0};
    if (zone == '+' || zone == '-') {
        unsigned offset_hours = reader.number(2);
        reader.literal(":");
        unsigned offset_minutes = reader.number(2);
        reader.good = reader.good && offset_hours <= 23 && offset_minutes <= 59;
        offset = hours{offset_hours} + minutes{offset_minutes};
    }
    auto time = time_of(c);
    if (!reader.good || !reader.text.empty() || !time)
        return std::nullopt;
    return within_four_digits(zone == '-' ? *time + offset : *time - offset);
}

std::string readable_time(sys_seconds time) {
    Civil c = civil_of(time);
    return formatted("%04d-%02u-%02u %02u:%02u:%02u UTC", c.year, c.month, c.day, c.hour, c.minute,
                     c.second);
}

std::string readable_duration(seconds duration) {
    struct TimeUnit {
        long long size;
        const char* name;
    };
    constexpr std::array<TimeUnit, 4> units = {
        {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}}};
    long long left = std::abs(std::max(duration, seconds::min() + seconds{1}).count());
    std::string text;
    int shown = 0;
    for (const TimeUnit& unit : units) {
        long long count = left / unit.size;
        left %= unit.size;
        if (count == 0)
            continue;
        text +=
            (shown ? " " : "") + std::to_string(count) + " " + unit.name + (count == 1 ? "" : "s");
        if (++shown == 2 || count >= 10)
            break;
    }
    return shown ? text : "0 seconds";
}

}  // namespace md::base

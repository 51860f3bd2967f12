// SPDX-License-Identifier: Apache-2.0
#include "base/time_text.hpp"

#include <array>
#include <cstdio>
#include <ctime>

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

template <typename... Parts>
std::string formatted(const char* pattern, Parts... parts) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), pattern, parts...);
    return text.data();
}

std::optional<unsigned> month_named(std::string_view name) {
    for (unsigned i = 0; i < months.size(); ++i)
        if (name == months[i])
            return i + 1;
    return std::nullopt;
}

}  // namespace

std::string http_date(sys_seconds time) {
    Civil c = civil_of(time);
    auto weekday_index = weekday{floor<days>(time)}.c_encoding();
    return formatted("%s, %02u %s %04d %02u:%02u:%02u GMT", weekdays[weekday_index], c.day,
                     months[c.month - 1], c.year, c.hour, c.minute, c.second);
}

std::optional<sys_seconds> parse_http_date(std::string_view text) {
    Civil c{};
    std::array<char, 4> month_name{};
    int end = 0;
    std::string copy(text.substr(0, 64));
    int found =
        std::sscanf(copy.c_str(), "%*3[A-Za-z], %2u %3[A-Za-z] %4d %2u:%2u:%2u GMT%n", &c.day,
                    month_name.data(), &c.year, &c.hour, &c.minute, &c.second, &end);
    auto month_number = month_named(month_name.data());
    if (found != 6 || end == 0 || static_cast<std::size_t>(end) != text.size() || !month_number)
        return std::nullopt;
    c.month = *month_number;
    return time_of(c);
}

std::string rfc3339(sys_seconds time) {
    Civil c = civil_of(time);
    return formatted("%04d-%02u-%02uT%02u:%02u:%02uZ", c.year, c.month, c.day, c.hour, c.minute,
                     c.second);
}

std::optional<sys_seconds> parse_rfc3339(std::string_view text) {
    Civil c{};
    int end = 0;
    std::string copy(text.substr(0, 64));
    int found = std::sscanf(copy.c_str(), "%4d-%2u-%2u%*1[Tt ]%2u:%2u:%2u%n", &c.year, &c.month,
                            &c.day, &c.hour, &c.minute, &c.second, &end);
    if (found != 6 || end == 0)
        return std::nullopt;
    std::string_view rest = std::string_view(copy).substr(static_cast<std::size_t>(end));
    if (rest.starts_with('.')) {
        auto after = rest.find_first_not_of("0123456789", 1);
        if (after == 1 || after == std::string_view::npos)
            return std::nullopt;
        rest.remove_prefix(after);
    }
    auto time = time_of(c);
    if (!time || copy.size() != text.size())
        return std::nullopt;
    if (rest == "Z" || rest == "z")
        return time;
    char sign = 0;
    unsigned offset_hours = 0, offset_minutes = 0;
    end = 0;
    std::string zone(rest);
    if (std::sscanf(zone.c_str(), "%c%2u:%2u%n", &sign, &offset_hours, &offset_minutes, &end) !=
            3 ||
        static_cast<std::size_t>(end) != zone.size() || (sign != '+' && sign != '-') ||
        offset_hours > 23 || offset_minutes > 59)
        return std::nullopt;
    seconds offset = hours{offset_hours} + minutes{offset_minutes};
    return sign == '+' ? *time - offset : *time + offset;
}

std::string readable_time(sys_seconds time) {
    Civil c = civil_of(time);
    return formatted("%04d-%02u-%02u %02u:%02u:%02u UTC", c.year, c.month, c.day, c.hour, c.minute,
                     c.second);
}

std::string readable_duration(seconds duration) {
    struct Unit {
        long long size;
        const char* name;
    };
    constexpr std::array<Unit, 4> units = {
        {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}}};
    long long left = duration.count() < 0 ? -duration.count() : duration.count();
    std::string text;
    int shown = 0;
    for (const Unit& unit : units) {
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

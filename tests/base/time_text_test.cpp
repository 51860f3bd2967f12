// SPDX-License-Identifier: Apache-2.0
#include "base/time_text.hpp"

#include "support/catch.hpp"

#include <string>
#include <utility>
#include <vector>

using namespace md::base;
using namespace std::chrono;
using namespace std::chrono_literals;

namespace {

constexpr sys_seconds moment = sys_days{year{2026} / November / 23} + 14h + 28min + 17s;

}  // namespace

TEST_CASE("a moment in its three forms") {
    CHECK(http_date(moment) == "Mon, 23 Nov 2026 14:28:17 GMT");
    CHECK(rfc3339(moment) == "2026-11-23T14:28:17Z");
    CHECK(readable_time(moment) == "2026-11-23 14:28:17 UTC");
}

TEST_CASE("both machine forms survive a round trip, from 1970 to 9999") {
    for (sys_seconds time = sys_seconds{}; time < sys_days{year{9999} / December / 31};
         time += 40000 * 24h + 7h + 13min + 5s) {
        CHECK(parse_http_date(http_date(time)) == time);
        CHECK(parse_rfc3339(rfc3339(time)) == time);
    }
    const sys_seconds last = sys_days{year{9999} / December / 31} + 23h + 59min + 59s;
    CHECK(parse_http_date(http_date(last)) == last);
    CHECK(parse_rfc3339(rfc3339(last)) == last);
    const sys_seconds leap_day = sys_days{year{2028} / February / 29};
    CHECK(parse_http_date(http_date(leap_day)) == leap_day);
}

TEST_CASE("RFC 3339 with fractions and zones") {
    for (std::string_view text :
         {"2026-11-23T14:28:17Z", "2026-11-23t14:28:17z", "2026-11-23 14:28:17Z",
          "2026-11-23T14:28:17.999999999Z", "2026-11-23T14:28:17+00:00",
          "2026-11-23T15:28:17+01:00", "2026-11-23T08:58:17.5-05:30"})
        CHECK(parse_rfc3339(text) == moment);
    CHECK(parse_rfc3339("2026-12-31T23:59:60Z") == sys_days{year{2027} / January / 1});
}

TEST_CASE("hostile and sloppy RFC 3339 is refused") {
    for (std::string_view text : {"",
                                  "Z",
                                  "2026",
                                  "2026-11-23",
                                  "2026-11-23T14:28:17",
                                  "2026-11-23T14:28:17.Z",
                                  "2026-11-23T14:28:17.5",
                                  "2026-13-01T00:00:00Z",
                                  "2026-00-10T00:00:00Z",
                                  "2026-02-29T00:00:00Z",
                                  "2026-11-31T00:00:00Z",
                                  "2026-11-23T24:00:00Z",
                                  "2026-11-23T14:60:00Z",
                                  "2026-11-23T14:28:61Z",
                                  "2026-11-23T14:28:17+24:00",
                                  "2026-11-23T14:28:17+1:00",
                                  "2026-11-23T14:28:17+01:60",
                                  "2026-11-23T14:28:17ZZ",
                                  "2026-11-23T14:28:17Z ",
                                  " 2026-11-23T14:28:17Z",
                                  "2026- 1- 1T00:00:00Z",
                                  "2026-+1-+1T00:00:00Z",
                                  "2026--1--1T00:00:00Z",
                                  "-026-11-23T14:28:17Z",
                                  "12026-11-23T14:28:17Z",
                                  "2026-11-23T14:28:17+-1:00"})
        CHECK_FALSE(parse_rfc3339(text));
    CHECK_FALSE(parse_rfc3339(std::string_view("2026-11-23T14:28:17Z\0", 21)));
    CHECK_FALSE(parse_rfc3339("2026-11-23T14:28:17." + std::string(100000, '9')));
}

TEST_CASE("hostile and sloppy HTTP dates are refused") {
    for (std::string_view text :
         {"", "GMT", "Mon, 23 Nov 2026 14:28:17", "Mon, 23 Nov 2026 14:28:17 UTC",
          "Mon, 23 Nov 2026 14:28:17 GMT ", "Mon 23 Nov 2026 14:28:17 GMT",
          "Mon, 31 Nov 2026 14:28:17 GMT", "Mon, 23 Nox 2026 14:28:17 GMT",
          "Mon, 23 Nov 2026 25:28:17 GMT", "Mon, 3 Nov 2026 14:28:17 GMT",
          "Mon, -1 Nov 2026 14:28:17 GMT", "Mon, +3 Nov 2026 14:28:17 GMT",
          "Mon,  3 Nov 2026 14:28:17 GMT", "Xyz, 23 Nov 2026 14:28:17 GMT",
          "Mon, 23 Nov -026 14:28:17 GMT", "mon, 23 nov 2026 14:28:17 gmt"})
        CHECK_FALSE(parse_http_date(text));
    CHECK_FALSE(parse_http_date("Mon, 23 Nov 2026 14:28:17 GMT" + std::string(1000, ' ')));
}

TEST_CASE("what would lead out of years of four digits is no time") {
    CHECK_FALSE(parse_http_date("Fri, 31 Dec 9999 23:59:60 GMT"));
    CHECK(parse_http_date("Fri, 31 Dec 9999 23:59:59 GMT"));
    CHECK_FALSE(parse_rfc3339("9999-12-31T23:59:59-00:01"));
    CHECK(parse_rfc3339("9999-12-31T23:59:59+00:01"));
    CHECK_FALSE(parse_rfc3339("0000-01-01T00:00:00+00:01"));
    CHECK(parse_rfc3339("0000-01-01T00:00:00Z"));
}

TEST_CASE("durations for people show at most two units") {
    const std::vector<std::pair<seconds, std::string>> table = {
        {0s, "0 seconds"},
        {1s, "1 second"},
        {30s, "30 seconds"},
        {60s, "1 minute"},
        {65s, "1 minute 5 seconds"},
        {11min + 5s, "11 minutes"},
        {2h + 5min, "2 hours 5 minutes"},
        {2h + 5min + 59s, "2 hours 5 minutes"},
        {24h, "1 day"},
        {59 * 24h, "59 days"},
        {59 * 24h + 23h, "59 days"},
        {9 * 24h + 23h, "9 days 23 hours"},
        {-90s, "1 minute 30 seconds"},
    };
    for (const auto& [duration, text] : table)
        CHECK(readable_duration(duration) == text);
}

TEST_CASE("the extremes of a duration have a text") {
    CHECK_FALSE(readable_duration(seconds::max()).empty());
    CHECK_FALSE(readable_duration(seconds::min()).empty());
}

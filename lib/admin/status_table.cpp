// SPDX-License-Identifier: Apache-2.0
#include "admin/status_table.hpp"

#include "admin/status_shades.hpp"
#include "admin/status_words.hpp"
#include "base/time_text.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace md::admin {
namespace {

// What a person wants to see first.
constexpr std::array<std::string_view, 8> order = {
    "expired", "failing", "stopped", "missing", "incomplete", "expiring", "valid", "not managed"};
constexpr std::size_t states_in_trouble = 5;

std::size_t place_of(const std::string& state) {
    return static_cast<std::size_t>(std::find(order.begin(), order.end(), state) - order.begin());
}

struct Row {
    std::string name, state, days, next, problem;
    std::size_t place = 0;
    sys_seconds until = sys_seconds::max();
};

std::string days_left(sys_seconds until, sys_seconds now) {
    return std::to_string(std::chrono::floor<std::chrono::days>(until - now).count());
}

// The day is enough for what is days away.
std::string next_moment(const std::optional<sys_seconds>& at, sys_seconds now) {
    if (!at)
        return "-";
    if (*at <= now)
        return "now";
    if (*at - now < std::chrono::days{2})
        return distance(*at, now);
    std::string text = base::readable_time(*at);
    return text.substr(0, text.find(' '));
}

// One line of what is wrong; the long form tells more.
std::string problem_of(const DomainStatus& status, const StatusWords& words) {
    constexpr std::size_t longest = 100;
    const LastProblem problem = status.last_problem.value_or(LastProblem());
    std::string text = problem.detail.empty() ? problem.problem : problem.detail;
    if (text.empty() && words.notification_failed)
        text = words.notification;
    if (text.empty() && words.not_served)
        text = words.served;
    if (text.empty() && place_of(words.state) < states_in_trouble)
        text = status.state_reason;
    if (text.size() <= longest)
        return text;
    std::size_t end = longest;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        --end;  // not within a character of UTF-8
    return text.substr(0, end) + " ...";
}

Row row_of(const DomainStatus& status, sys_seconds now) {
    const StatusWords words = words_of(status, now);
    Row row{words.name,
            words.state,
            words.until ? days_left(*words.until, now) : "-",
            next_moment(status.next.at, now),
            problem_of(status, words),
            2 * place_of(words.state),
            words.until.value_or(sys_seconds::max())};
    // A valid one whose servers do not know is trouble, too.
    if (words.notification_failed || words.not_served)
        row.place = std::min(row.place, 2 * states_in_trouble - 1);
    return row;
}

struct Widths {
    std::size_t name = 4, state = 5, days = 4, next = 4;
};

Widths widths_of(const std::vector<Row>& rows) {
    Widths widths;
    for (const Row& row : rows) {
        widths.name = std::max(widths.name, row.name.size());
        widths.state = std::max(widths.state, row.state.size());
        widths.days = std::max(widths.days, row.days.size());
        widths.next = std::max(widths.next, row.next.size());
    }
    return widths;
}

std::string left(const std::string& text, std::size_t width) {
    return text + std::string(width - std::min(width, text.size()) + 2, ' ');
}

std::string line_of(const Row& row, const Widths& widths, bool colour) {
    const std::string state = left(row.state, widths.state);
    std::string line = left(row.name, widths.name) +
                       painted(state, colour ? shade_of(row.state) : std::string_view()) +
                       std::string(widths.days - std::min(widths.days, row.days.size()), ' ') +
                       row.days + "  " + left(row.next, widths.next) + row.problem;
    line.erase(line.find_last_not_of(' ') + 1);
    return line + "\n";
}

}  // namespace

bool in_trouble(const DomainStatus& status, bool daemon_runs) {
    return place_of(status.state) < states_in_trouble || status.notification.state == "failed" ||
           (status.served && status.served->state == "unconfirmed") ||
           (status.next.due && !daemon_runs);
}

std::string status_table(const std::vector<DomainStatus>& domains, sys_seconds now, bool colour) {
    std::vector<Row> rows;
    for (const DomainStatus& status : domains)
        rows.push_back(row_of(status, now));
    std::stable_sort(rows.begin(), rows.end(), [](const Row& one, const Row& other) {
        return std::pair(one.place, one.until) < std::pair(other.place, other.until);
    });
    const Row head{"NAME", "STATE", "DAYS", "NEXT", "PROBLEM", 0, {}};
    const Widths widths = widths_of(rows);
    std::string text = line_of(head, widths, false);
    for (const Row& row : rows)
        text += line_of(row, widths, colour);
    return text;
}

}  // namespace md::admin

// SPDX-License-Identifier: Apache-2.0
#include "admin/history.hpp"

#include "base/printable.hpp"
#include "base/time_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace md::admin {
namespace {

using model::LogEntry;

constexpr std::string_view message = "message-";

// Lines that follow the first one stand below it, further in.
constexpr std::string_view line_break = "\n                              ";

std::string printable_lines(std::string_view text, std::string_view between) {
    std::string printable;
    for (bool first = true; first || !text.empty(); first = false) {
        auto end = text.find('\n');
        if (!first)
            printable += between;
        printable += base::printable(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return printable;
}

std::string with(std::string text, const std::string& more) {
    return more.empty() ? text : text + ": " + base::printable(more);
}

// What a program of the administrator printed; a CA gets one line.
std::string with_lines(std::string text, const std::string& more) {
    return more.empty() ? text : text + ": " + printable_lines(more, line_break);
}

bool is_of_hook(const LogEntry& entry) {
    return entry.type.starts_with("notif") || entry.type.starts_with(message);
}

// Types of mod_md that have no words here are shown as they are.
std::string sentence(const LogEntry& entry) {
    if (entry.type == "starting")
        return "attempt begun";
    if (entry.type == "finished")
        return "certificate installed";
    if (entry.type == "notified")
        return with_lines("notified", entry.detail);
    if (entry.type == "renewal-error")
        return with("attempt failed", entry.detail.empty() ? entry.status : entry.detail);
    if (entry.type == "notify-error")
        return with_lines("MDNotifyCmd failed", entry.detail);
    if (entry.type == "message-error")
        return with_lines("MDMessageCmd failed for " + base::printable(entry.status), entry.detail);
    if (entry.type.starts_with(message))
        return with_lines(
            "MDMessageCmd told: " + base::printable(entry.type.substr(message.size())),
            entry.detail);
    return with(with(base::printable(entry.type), entry.status), entry.detail);
}

}  // namespace

std::vector<LogEntry> history_of(const History& history) {
    std::vector<LogEntry> all;
    for (const model::Log* log : {&history.live, &history.attempts})
        all.insert(all.end(), log->rbegin(), log->rend());
    return all;
}

LogEntry printable_entry(const LogEntry& entry) {
    const std::string_view between = is_of_hook(entry) ? "\n" : " ";
    return {entry.when, printable_lines(entry.type, between),
            printable_lines(entry.status, between), printable_lines(entry.detail, between)};
}

nlohmann::json history_json(const std::vector<LogEntry>& history) {
    nlohmann::json list = nlohmann::json::array();
    for (const LogEntry& told : history) {
        const LogEntry entry = printable_entry(told);
        nlohmann::json line{{"when", base::http_date(entry.when)}};
        for (auto [key, text] : {std::pair{"type", &entry.type}, std::pair{"status", &entry.status},
                                 std::pair{"detail", &entry.detail}})
            if (!text->empty())
                line[key] = *text;
        list.push_back(std::move(line));
    }
    return list;
}

std::string history_text(const std::string& name, const std::vector<LogEntry>& history) {
    std::string text = name + "\n";
    if (history.empty())
        text += "    nothing has been done for it so far\n";
    for (const LogEntry& entry : history)
        text += "    " + base::readable_time(entry.when) + "  " + sentence(entry) + "\n";
    return text;
}

}  // namespace md::admin

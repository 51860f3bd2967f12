// SPDX-License-Identifier: Apache-2.0
#include "store/log_record.hpp"

#include "base/time_text.hpp"

#include <algorithm>

namespace md::store {
namespace {

using model::LogEntry;

Json entry_json(const LogEntry& entry) {
    Json json;
    json["when"] = base::http_date(entry.when);
    json["type"] = entry.type;
    put(json, "status", entry.status);
    put(json, "detail", entry.detail);
    return json;
}

const LogEntry* newest(const model::Log& log, std::string_view type, std::string_view status = {}) {
    auto found = std::find_if(log.begin(), log.end(), [&](const LogEntry& entry) {
        return entry.type == type && entry.status == status;
    });
    return found == log.end() ? nullptr : &*found;
}

std::optional<model::sys_seconds> time_of(const LogEntry* entry) {
    return entry == nullptr ? std::nullopt : std::optional(entry->when);
}

void recall_started(std::vector<model::sys_seconds>& started, const model::Log& log,
                    const std::optional<model::sys_seconds>& last_run) {
    if (!started.empty())
        return;
    for (auto entry = log.rbegin(); entry != log.rend(); ++entry)
        if (entry->type == "starting")
            started.push_back(entry->when);
    // Of one that mod_md wrote, the last is known.
    if (started.empty() && last_run)
        started.push_back(*last_run);
}

std::string first_line_of(const LogEntry* entry) {
    return entry == nullptr ? "" : entry->detail.substr(0, entry->detail.find('\n'));
}

}  // namespace

model::Log log_of(const Json& job) {
    model::Log log;
    for (const Members& entry : Members(job).object("log").list("entries")) {
        if (log.size() == most_in_log)
            break;
        if (entry.is_object())
            log.push_back({entry.date("when").value_or(model::sys_seconds{}), entry.text("type"),
                           entry.text("status"), entry.text("detail")});
    }
    return log;
}

Json log_json(const News& news, const Json& former) {
    Json entries = Json::array();
    for (auto entry = news.rbegin(); entry != news.rend() && entries.size() < most_in_log; ++entry)
        entries.push_back(entry_json(*entry));
    const Json* older = Members(former).object("log").find("entries");
    if (older != nullptr && older->is_array())
        for (const Json& entry : *older)
            if (entry.is_object() && entries.size() < most_in_log)
                entries.push_back(entry);
    return {{"entries", std::move(entries)}};
}

void recall_from_log(StagedJob& job, const Members& ours, const model::Log& log) {
    recall_started(job.attempts.started, log, job.attempts.last_run);
    if (ours.find("told") == nullptr)
        job.told = {time_of(newest(log, "message-renewing")),
                    time_of(newest(log, "message-errored"))};
}

void recall_from_log(LiveJob& job, const Members& ours, const model::Log& log) {
    recall_started(job.state.started, log, job.state.last_run);
    if (ours.find("told") == nullptr) {
        job.delivery.warned = time_of(newest(log, "message-expiring"));
        job.delivery.unwarned = time_of(newest(log, "message-error", "expiring"));
    }
    model::OwedCall& notification = job.delivery.notification;
    if (notification.errors > 0 && notification.reason.empty())
        notification.reason = first_line_of(newest(log, "notify-error"));
    model::OwedCall& message = job.delivery.message;
    if (message.errors > 0 && message.reason.empty())
        message.reason = first_line_of(newest(log, "message-error", "renewed"));
}

}  // namespace md::store

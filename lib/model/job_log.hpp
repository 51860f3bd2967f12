// SPDX-License-Identifier: Apache-2.0
// What happened to one MD, newest first. In one piece of memory: ten thousand MDs keep theirs.
#pragma once

#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <vector>

namespace md::model {

using std::chrono::sys_seconds;

struct LogEntry {
    sys_seconds when{};
    std::string type;    // "starting", "progress", "finished", "renewal-error", "notified",
                         // "notify-error", "message-REASON", "message-error"
    std::string status;  // the problem; of a "message-error" the reason it was run for
    std::string detail;

    bool operator==(const LogEntry&) const = default;
};

class JobLog {
public:
    static constexpr std::size_t most = 128;  // what is older is dropped

    JobLog() = default;
    JobLog(std::initializer_list<LogEntry> newest_first);

    void add(const LogEntry& newest);
    // All of it, newer than what is there.
    void add(const JobLog& newer);
    void add_older(const LogEntry& oldest);
    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    // Of one that is not empty.
    LogEntry front() const { return entries().front(); }
    LogEntry back() const { return entries().back(); }
    std::vector<LogEntry> entries() const;

    bool operator==(const JobLog&) const = default;

private:
    std::string packed_;
    std::size_t size_ = 0;
};

}  // namespace md::model

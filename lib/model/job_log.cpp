// SPDX-License-Identifier: Apache-2.0
#include "model/job_log.hpp"

#include <cstdint>
#include <cstring>
#include <string_view>

namespace md::model {
namespace {

void put_number(std::string& packed, std::int64_t number) {
    char octets[sizeof number];
    std::memcpy(octets, &number, sizeof number);
    packed.append(octets, sizeof number);
}

std::int64_t take_number(std::string_view& packed) {
    std::int64_t number = 0;
    std::memcpy(&number, packed.data(), sizeof number);
    packed.remove_prefix(sizeof number);
    return number;
}

// A text may hold any octet but NUL, which ends it; what follows one is of no use to people.
void put_text(std::string& packed, const std::string& text) {
    packed.append(text.c_str());
    packed += '\0';
}

std::string take_text(std::string_view& packed) {
    std::string text(packed.substr(0, packed.find('\0')));
    packed.remove_prefix(text.size() + 1);
    return text;
}

std::string packed_entry(const LogEntry& entry) {
    std::string packed;
    put_number(packed, entry.when.time_since_epoch().count());
    for (const std::string* text : {&entry.type, &entry.status, &entry.detail})
        put_text(packed, *text);
    return packed;
}

LogEntry take_entry(std::string_view& packed) {
    LogEntry entry;
    entry.when = sys_seconds{std::chrono::seconds{take_number(packed)}};
    for (std::string* text : {&entry.type, &entry.status, &entry.detail})
        *text = take_text(packed);
    return entry;
}

}  // namespace

JobLog::JobLog(std::initializer_list<LogEntry> newest_first) {
    for (const LogEntry& entry : newest_first)
        add_older(entry);
}

void JobLog::add(const LogEntry& newest) {
    add(JobLog{newest});
}

void JobLog::add(const JobLog& newer) {
    packed_ = newer.packed_ + packed_;
    size_ += newer.size_;
    if (size_ <= most)
        return;
    std::string_view rest = packed_;
    for (size_ = 0; size_ < most; ++size_)
        take_entry(rest);
    packed_.resize(packed_.size() - rest.size());
}

void JobLog::add_older(const LogEntry& oldest) {
    if (size_ == most)
        return;
    packed_ += packed_entry(oldest);
    packed_.shrink_to_fit();
    ++size_;
}

std::vector<LogEntry> JobLog::entries() const {
    std::vector<LogEntry> entries;
    std::string_view rest = packed_;
    while (entries.size() < size_)
        entries.push_back(take_entry(rest));
    return entries;
}

}  // namespace md::model

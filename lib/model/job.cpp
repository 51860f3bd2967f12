// SPDX-License-Identifier: Apache-2.0
#include "model/job.hpp"

#include <array>

namespace md::model {
namespace {

struct ClassWord {
    FailureClass failure_class;
    std::string_view word;
};
constexpr std::array<ClassWord, 3> class_words = {{{FailureClass::passing, "passing"},
                                                   {FailureClass::budget, "budget"},
                                                   {FailureClass::permanent, "permanent"}}};
constexpr std::size_t most_entries = 128;

}  // namespace

std::string_view word(FailureClass failure_class) {
    for (const ClassWord& entry : class_words)
        if (entry.failure_class == failure_class)
            return entry.word;
    return {};
}

std::optional<FailureClass> failure_class_named(std::string_view word) {
    for (const ClassWord& entry : class_words)
        if (entry.word == word)
            return entry.failure_class;
    return std::nullopt;
}

void add_entry(Job& job, LogEntry entry) {
    job.log.insert(job.log.begin(), std::move(entry));
    if (job.log.size() > most_entries)
        job.log.resize(most_entries);
}

void add_entries(Job& job, const std::vector<LogEntry>& entries) {
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry)
        add_entry(job, *entry);
}

}  // namespace md::model

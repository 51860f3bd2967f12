// SPDX-License-Identifier: Apache-2.0
#include "config/report.hpp"

#include "config/secret_mask.hpp"

#include <algorithm>
#include <tuple>

namespace md::config {
namespace {

constexpr std::size_t window = 120;  // octets of the source line shown on each side of the column

// The source line around a place and where the column is in it.
struct Excerpt {
    std::string line;
    unsigned caret;
};

bool is_continued(std::string_view text, std::size_t line_end) {
    std::string_view line = text.substr(0, line_end);
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    return line.ends_with('\\');
}

// The login in the line at the place, which may be cut in two by a '\' at the end of a line.
SecretSpan login_around(std::string_view text, std::size_t begin, std::size_t end) {
    while (begin > 0 && is_continued(text, begin - 1))
        begin = begin == 1 ? 0 : text.rfind('\n', begin - 2) + 1;
    while (end < text.size() && is_continued(text, end))
        end = std::min(text.find('\n', end + 1), text.size());
    SecretSpan login = secret_in(text.substr(begin, end - begin));
    return {begin + login.begin, begin + login.end};
}

Excerpt source_line(const std::string& text, const Position& at) {
    std::size_t offset = std::min(at.offset, text.size());
    std::size_t begin = offset - std::min<std::size_t>(offset, at.column - 1);
    std::size_t end = std::min(text.find('\n', offset), text.size());
    SecretSpan login = login_around(text, begin, end);
    begin = std::max(begin, offset - std::min(offset, window));
    end = std::min(end, offset + window);
    std::string line = text.substr(begin, end - begin);
    if (line.ends_with('\r'))
        line.pop_back();
    for (std::size_t i = 0; i < line.size(); ++i)
        if (begin + i >= login.begin && begin + i < login.end)
            line[i] = '*';
    return {line, static_cast<unsigned>(offset - begin + 1)};
}

// Where the macro is used that the place is in; of macros in each other the outermost Use as well.
std::string where_used(const Sources& sources, const Position& at) {
    const auto& used_at = sources[at.file].used_at;
    if (!used_at)
        return {};
    auto text = [&](const Position& place) {
        return *sources[place.file].path + ":" + std::to_string(place.line);
    };
    const Position outermost = sources.outermost(*used_at);
    std::string where = " (in the Use of " + text(*used_at);
    if (outermost != *used_at)
        where += ", of " + text(outermost);
    return where + ")";
}

}  // namespace

void Report::add(Severity severity, const Position& at, std::string message, std::string hint) {
    std::size_t& count = counts_[static_cast<std::size_t>(severity)];
    if (++count > limit)
        return;
    if (count == limit)
        hint = "there are more like this; they are not shown";
    const SourceFile& file = sources_[at.file];
    auto [line, caret] = source_line(file.text, at);
    // What is quoted is masked already.
    if (message.find("://") != std::string::npos)
        message = mask_secret(std::move(message));
    message += where_used(sources_, at);
    entries_.push_back({at,
                        {severity, *file.path, at.line, at.column, std::move(message),
                         std::move(line), caret, std::move(hint)}});
}

void Report::error(const Position& at, std::string message, std::string hint) {
    add(Severity::error, at, std::move(message), std::move(hint));
}

void Report::error(const Position& at, const model::Mistake& mistake) {
    add(Severity::error, at, mistake.what, mistake.hint);
}

void Report::warning(const Position& at, std::string message, std::string hint) {
    add(Severity::warning, at, std::move(message), std::move(hint));
}

void Report::stopped(const Position& at, std::string message, std::string hint) {
    add(Severity::stopped, at, std::move(message), std::move(hint));
}

void Report::error_of_file(std::string path, std::string message, std::string hint) {
    ++counts_[static_cast<std::size_t>(Severity::error)];
    entries_.push_back(
        {{}, {Severity::error, std::move(path), 0, 0, std::move(message), {}, 0, std::move(hint)}});
}

std::vector<Diagnostic> Report::take() {
    std::stable_sort(entries_.begin(), entries_.end(),
                     [](const ReportEntry& one, const ReportEntry& other) {
                         return std::tie(one.at.file, one.at.line, one.at.column) <
                                std::tie(other.at.file, other.at.line, other.at.column);
                     });
    std::vector<Diagnostic> result;
    result.reserve(entries_.size());
    for (ReportEntry& entry : entries_)
        result.push_back(std::move(entry.diagnostic));
    entries_.clear();
    return result;
}

}  // namespace md::config

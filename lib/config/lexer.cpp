// SPDX-License-Identifier: Apache-2.0
#include "config/lexer.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace md::config {
namespace {

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back()))
        text.remove_suffix(1);
    return text;
}

struct Span {
    std::size_t begin, end;
};

// The next ${NAME} from `from` on; an empty span at the end of the text when there is none.
Span find_variable(std::string_view text, std::size_t from) {
    for (auto dollar = text.find("${", from); dollar != std::string_view::npos;
         dollar = text.find("${", dollar + 2)) {
        auto stop = text.find_first_of("}${:\"' \t", dollar + 2);
        if (stop == std::string_view::npos)
            break;
        if (text[stop] == '}' && stop > dollar + 2)
            return {dollar, stop + 1};
    }
    return {text.size(), text.size()};
}

Position moved(Position at, std::size_t octets) {
    at.column += static_cast<std::uint32_t>(octets);
    at.offset += octets;
    return at;
}

}  // namespace

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

Position Line::at(std::size_t index) const {
    auto after =
        std::upper_bound(marks_.begin(), marks_.end(), index,
                         [](std::size_t value, const Mark& mark) { return value < mark.index; });
    if (after == marks_.begin())
        return {};
    const Mark& mark = *std::prev(after);
    return mark.replaced ? mark.at : moved(mark.at, index - mark.index);
}

LineReader::LineReader(std::uint32_t file, const Sources& sources, const Variables& variables,
                       Report& report)
    : file_(file),
      text_(sources[file].text),
      variables_(variables),
      report_(report),
      number_(sources[file].first_line - 1) {
    if (text_.starts_with("\xef\xbb\xbf")) {
        next_ = 3;
    } else if (text_.starts_with("\xff\xfe") || text_.starts_with("\xfe\xff")) {
        report_.error({file_, 1, 1, 0}, "this file is UTF-16", "save it as UTF-8");
        next_ = text_.size();
    }
    auto nul = text_.find('\0', next_);
    if (nul == std::string_view::npos)
        return;
    auto line =
        1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(nul), '\n');
    auto start = text_.rfind('\n', nul);
    start = start == std::string_view::npos ? 0 : start + 1;
    report_.error(
        {file_, static_cast<std::uint32_t>(line), static_cast<std::uint32_t>(nul - start + 1), nul},
        "a NUL octet", "this is not a text file, or it was damaged");
    next_ = text_.size();
}

Position LineReader::here(std::size_t offset) const {
    return {file_, number_, static_cast<std::uint32_t>(offset - line_start_ + 1), offset};
}

// The next line of the file without its end and without the backslash that continues it.
std::string_view LineReader::physical_line(bool& continues) {
    line_start_ = next_;
    ++number_;
    auto end = text_.find('\n', line_start_);
    bool has_end = end != std::string_view::npos;
    next_ = has_end ? end + 1 : text_.size();
    std::string_view line = text_.substr(line_start_, (has_end ? end : next_) - line_start_);
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    continues = has_end && line.ends_with('\\');
    if (continues)
        line.remove_suffix(1);
    return line;
}

void LineReader::append_variable(Line& line, std::string_view name, const Position& at) {
    line.marks_.push_back({line.text_.size(), at, true});
    if (auto value = variables_.value(name)) {
        line.text_ += *value;
    } else {
        line.undefined_.push_back({std::string(name), at});
        line.text_.append("${").append(name).append("}");
    }
}

// Adds a piece of a physical line with its variables replaced.
void LineReader::append(Line& line, std::string_view piece, const Position& at) {
    std::size_t i = 0;
    if (line.text_.empty())
        i = static_cast<std::size_t>(std::find_if_not(piece.begin(), piece.end(), is_blank) -
                                     piece.begin());
    while (i < piece.size() && line.text_.size() <= longest_line) {
        auto [begin, end] = find_variable(piece, i);
        if (begin > i) {
            line.marks_.push_back({line.text_.size(), moved(at, i), false});
            line.text_ += piece.substr(i, begin - i);
        }
        if (end > begin)
            append_variable(line, piece.substr(begin + 2, end - begin - 3), moved(at, begin));
        i = end;
    }
}

// False when the line is blank, a comment or too long, that is: when there is nothing in it.
bool LineReader::read_logical(Line& line) {
    line.text_.clear();
    line.marks_.clear();
    line.undefined_.clear();
    bool continues = false;
    std::string_view piece = physical_line(continues);
    const Position start = here(line_start_);
    bool comment = trimmed(piece).starts_with('#');
    while (true) {
        if (!comment)
            append(line, piece, here(line_start_));
        if (!continues || next_ >= text_.size())
            break;
        if (comment &&
            !trimmed(text_.substr(next_, text_.find('\n', next_) - next_)).starts_with('#'))
            report_.warning(here(line_start_ + piece.size()),
                            "this comment goes on in the next line",
                            "a '\\' at the end continues a comment too: drop it");
        piece = physical_line(continues);
    }
    if (line.text_.size() > longest_line) {
        report_.error(start, "a line of more than 1 MiB", "is this a configuration file?");
        return false;
    }
    return !comment && !trimmed(line.text_).empty();
}

bool LineReader::next(Line& line) {
    while (next_ < text_.size()) {
        if (!read_logical(line))
            continue;
        line.text_.resize(line.text_.find_last_not_of(" \t\r\v\f") + 1);
        return true;
    }
    return false;
}

std::optional<LineReader::Block> LineReader::take_section(std::string_view name) {
    const std::size_t begin = next_;
    const std::uint32_t first_line = number_ + 1;
    const std::string open = "<" + std::string(name);
    const std::string close = "</" + std::string(name);
    auto is_tag = [](std::string_view line, const std::string& tag) {
        const std::string_view rest = line.substr(std::min(tag.size(), line.size()));
        return base::same_word(line.substr(0, tag.size()), tag) &&
               (rest.empty() || rest.front() == '>' || is_blank(rest.front()));
    };
    unsigned depth = 1;
    while (next_ < text_.size()) {
        bool continues = false;
        const std::string_view line = trimmed(physical_line(continues));
        const std::size_t line_begin = line_start_;
        while (continues && next_ < text_.size())
            physical_line(continues);
        depth += is_tag(line, open) ? 1 : 0;
        depth -= is_tag(line, close) ? 1 : 0;
        if (depth == 0)
            return Block{std::string(text_.substr(begin, line_begin - begin)), first_line};
    }
    return std::nullopt;
}

std::optional<std::vector<Argument>> split_words(const Line& line, std::size_t from, std::size_t to,
                                                 Report& report) {
    std::vector<Argument> words;
    std::string_view text = line.text().substr(0, to);
    std::size_t i = from;
    while (true) {
        while (i < text.size() && is_blank(text[i]))
            ++i;
        if (i >= text.size())
            return words;
        Argument& word = words.emplace_back();
        word.at = line.at(i);
        char quote = text[i] == '"' || text[i] == '\'' ? text[i++] : '\0';
        auto ends = [&](char c) { return quote != 0 ? c == quote : is_blank(c); };
        while (i < text.size() && !ends(text[i])) {
            bool escaped = text[i] == '\\' && i + 1 < text.size() &&
                           (text[i + 1] == '\\' || (quote != 0 && text[i + 1] == quote));
            i += escaped ? 1 : 0;
            word.text += text[i++];
        }
        if (quote != 0 && i++ >= text.size()) {
            report.error(word.at, "this quote is not closed",
                         std::string("add a ") + quote + " at the end of the argument");
            return std::nullopt;
        }
    }
}

std::string as_word(std::string_view text) {
    bool plain = !text.empty() && text.find_first_of("\"'\\#<>") == std::string_view::npos &&
                 std::none_of(text.begin(), text.end(), is_blank);
    return plain ? std::string(text) : quoted_word(text);
}

std::string quoted_word(std::string_view text) {
    std::string word = "\"";
    for (char c : text) {
        if (c == '"' || c == '\\')
            word += '\\';
        word += c;
    }
    return word + "\"";
}

}  // namespace md::config

// SPDX-License-Identifier: Apache-2.0
#include "config/spelling.hpp"

#include "config/secret_mask.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace md::config {
namespace {

constexpr std::size_t longest_word = 64;  // nothing of ours is longer

}  // namespace

unsigned edit_distance(std::string_view one, std::string_view other) {
    using Row = std::array<unsigned, longest_word + 1>;
    one = one.substr(0, longest_word);
    other = other.substr(0, longest_word);
    Row before_last{}, last{}, row{};
    for (std::size_t j = 0; j <= other.size(); ++j)
        row[j] = static_cast<unsigned>(j);
    for (std::size_t i = 1; i <= one.size(); ++i) {
        before_last = std::exchange(last, row);
        row[0] = static_cast<unsigned>(i);
        for (std::size_t j = 1; j <= other.size(); ++j) {
            bool same = lower(one[i - 1]) == lower(other[j - 1]);
            bool swapped = i > 1 && j > 1 && lower(one[i - 1]) == lower(other[j - 2]) &&
                           lower(one[i - 2]) == lower(other[j - 1]);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0U : 1U)});
            if (swapped)
                row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
    }
    return row[other.size()];
}

std::optional<std::string_view> closest(std::string_view word,
                                        std::span<const std::string_view> candidates,
                                        unsigned limit) {
    std::optional<std::string_view> best;
    if (word.size() > longest_word)
        return best;
    for (std::string_view candidate : candidates) {
        std::size_t longer = std::max(word.size(), candidate.size());
        if (longer - std::min(word.size(), candidate.size()) > limit)
            continue;
        unsigned distance = edit_distance(word, candidate);
        if (distance <= limit) {
            best = candidate;
            if (distance == 0)
                break;
            limit = distance - 1;
        }
    }
    return best;
}

std::string printable(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        auto octet = static_cast<unsigned char>(c);
        if (c == '\t')
            c = ' ';
        else if (octet < 0x20 || octet == 0x7f)
            c = '?';
    }
    return result;
}

std::string in_quotes(std::string_view text) {
    const std::string shown = mask_secret(std::string(text));
    if (shown.size() <= 80)
        return "'" + shown + "'";
    return "'" + shown.substr(0, 77) + "...'";
}

}  // namespace md::config

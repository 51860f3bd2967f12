// SPDX-License-Identifier: Apache-2.0
// What was seen of many MDs, so that the next start need not open their files: facts and jobs, each
// with the version of the files they were read from. Holds no secret and decides nothing: an entry
// whose version is another one is not looked at. Not of mod_md, which ignores it. Pure.
#pragma once

#include "model/observed_state.hpp"
#include "store/records.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace md::store {

struct IndexEntry {
    std::string name;           // the MD's
    std::uint64_t version = 0;  // of what was read, and of the question that was asked
    model::ObservedDomain held;
};

// One file of the index: so many at most, to stay within the bounds of a record.
inline constexpr std::size_t most_in_index = 500;
Parsed<std::vector<IndexEntry>> parse_index(std::string_view text);
std::string to_text(const std::vector<IndexEntry>& entries);

}  // namespace md::store

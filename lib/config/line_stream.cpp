// SPDX-License-Identifier: Apache-2.0
#include "config/line_stream.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace md::config {

bool LineStream::next(Line& line) {
    while (!readers_.back().reader.next(line)) {
        if (readers_.size() == 1)
            return false;
        readers_.pop_back();
    }
    return true;
}

bool LineStream::is_in(const std::string& macro) const {
    return std::any_of(readers_.begin(), readers_.end(), [&](const Part& part) {
        return !part.macro.empty() && base::same_word(part.macro, macro);
    });
}

}  // namespace md::config

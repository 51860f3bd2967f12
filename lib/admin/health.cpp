// SPDX-License-Identifier: Apache-2.0
#include "admin/health.hpp"

#include "base/time_text.hpp"

namespace md::admin {

void Health::note(std::uint64_t sound_turns, Time now) {
    if (sound_turns == turns_)
        return;
    turns_ = sound_turns;
    sound_at_ = now;
}

std::string Health::reason(Time now) const {
    auto pause = std::chrono::floor<std::chrono::seconds>(now - sound_at_);
    if (pause <= longest_pause)
        return "";
    return "for " + base::readable_duration(pause) +
           " mdcertd has not planned a next action for every domain that it drives";
}

}  // namespace md::admin

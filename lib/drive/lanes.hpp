// SPDX-License-Identifier: Apache-2.0
// One lane for each CA: its ledger, shared by all MDs that name it, whatever way they reach it.
#pragma once

#include "model/desired_state.hpp"
#include "model/observed_state.hpp"
#include "schedule/ledger.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace md::drive {

using std::chrono::sys_seconds;

class Lanes {
public:
    std::size_t lane_of(const std::string& directory_url);
    // An attempt that places so many orders is about to begin.
    void count(const std::string& directory_url, std::size_t orders, sys_seconds at,
               const model::ServerSettings& server);
    // What was ordered before a restart, at the CA that it was ordered from.
    void recall(const model::DesiredState& desired, const model::ObservedState& observed);
    void hold(std::size_t lane, sys_seconds until) { lanes_[lane].ledger.hold_until(until); }
    sys_seconds opens(std::size_t lane, sys_seconds now, const model::ServerSettings& server) const;
    const std::string& directory_url(std::size_t lane) const { return lanes_[lane].directory_url; }

private:
    struct Lane {
        std::string directory_url;
        schedule::Ledger ledger;
    };
    std::vector<Lane> lanes_;
    std::map<std::string, std::size_t> numbers_;  // by directory URL
};

}  // namespace md::drive

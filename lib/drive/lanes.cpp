// SPDX-License-Identifier: Apache-2.0
#include "drive/lanes.hpp"

#include <algorithm>
#include <utility>

namespace md::drive {
namespace {

// When the attempts of this job began; of one that mod_md wrote, the last alone is known.
std::vector<sys_seconds> attempts_of(const model::Job& job) {
    std::vector<sys_seconds> times;
    for (const model::LogEntry& entry : job.log.entries())
        if (entry.type == "starting")
            times.push_back(entry.when);
    if (times.empty() && job.last_run)
        times.push_back(*job.last_run);
    return times;
}

}  // namespace

std::size_t Lanes::lane_of(const model::ManagedDomain& domain) {
    const std::string& url = domain.settings->certificate_authorities.front();
    auto [number, is_new] = numbers_.emplace(url, lanes_.size());
    if (is_new)
        lanes_.push_back({url, {}});
    return number->second;
}

void Lanes::count(const model::ManagedDomain& domain, sys_seconds at,
                  const model::ServerSettings& server) {
    Lane& lane = lanes_[lane_of(domain)];
    lane.ledger.count(at, domain.settings->keys.size(), server.order_rate_at(lane.directory_url));
}

void Lanes::recall(const model::DesiredState& desired, const model::ObservedState& observed) {
    std::vector<std::pair<sys_seconds, const model::ManagedDomain*>> attempts;
    for (const model::ManagedDomain& domain : desired.domains) {
        const model::ObservedDomain& held = observed.of(domain.name());
        for (const auto& job : {held.staged_job, held.live_job})
            if (job)
                for (sys_seconds at : attempts_of(*job))
                    attempts.emplace_back(at, &domain);
    }
    std::sort(attempts.begin(), attempts.end());
    for (const auto& [at, domain] : attempts)
        count(*domain, at, desired.server);
}

sys_seconds Lanes::opens(std::size_t lane, sys_seconds now,
                         const model::ServerSettings& server) const {
    const Lane& one = lanes_[lane];
    return one.ledger.next_start(now, server.order_rate_at(one.directory_url));
}

}  // namespace md::drive

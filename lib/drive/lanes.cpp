// SPDX-License-Identifier: Apache-2.0
#include "drive/lanes.hpp"

#include <algorithm>
#include <utility>

namespace md::drive {
std::size_t Lanes::lane_of(const std::string& url) {
    auto [number, is_new] = numbers_.emplace(url, lanes_.size());
    if (is_new)
        lanes_.push_back({url, {}});
    return number->second;
}

void Lanes::count(const std::string& url, std::size_t orders, sys_seconds at,
                  const model::ServerSettings& server) {
    Lane& lane = lanes_[lane_of(url)];
    lane.ledger.count(at, orders, server.order_rate_at(lane.directory_url));
}

void Lanes::recall(const model::DesiredState& desired, const model::ObservedState& observed) {
    struct Past {
        sys_seconds at;
        const std::string* url;
        std::size_t orders;
    };
    std::vector<Past> attempts;
    auto add = [&attempts](const model::ManagedDomain& domain,
                           const std::vector<sys_seconds>& started, const std::string& asked) {
        const model::Settings& settings = *domain.settings;
        const std::string& url = asked.empty() ? settings.common().directory_url : asked;
        for (sys_seconds at : started)
            attempts.push_back({at, &url, settings.keys.size()});
    };
    for (const model::ManagedDomain& domain : desired.domains) {
        const model::ObservedDomain& held = observed.of(domain.name());
        if (held.attempts)
            add(domain, held.attempts->started, *held.attempts->ca_url);
        add(domain, held.state.started, *held.state.ca_url);
    }
    std::sort(attempts.begin(), attempts.end(),
              [](const Past& a, const Past& b) { return a.at < b.at; });
    for (const Past& one : attempts)
        count(*one.url, one.orders, one.at, desired.server);
}

sys_seconds Lanes::opens(std::size_t lane, sys_seconds now,
                         const model::ServerSettings& server) const {
    const Lane& one = lanes_[lane];
    return one.ledger.next_start(now, server.order_rate_at(one.directory_url));
}

}  // namespace md::drive

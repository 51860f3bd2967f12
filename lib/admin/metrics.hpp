// SPDX-License-Identifier: Apache-2.0
// The status of the daemon and of every managed domain as OpenMetrics 1.0 text, which Prometheus
// reads. Pure. A domain has some eight series, whatever happens to it.
#pragma once

#include "admin/domain_status.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace md::admin {

// What is told of the daemon itself.
struct DaemonFacts {
    sys_seconds started_at{};
    sys_seconds loaded_at{};       // the configuration in force
    bool on_disk_in_force = true;  // the last reload took it
    std::uint64_t sound_turns = 0;
};

class Metrics {
public:
    static constexpr std::string_view content_type =
        "application/openmetrics-text; version=1.0.0; charset=utf-8";

    Metrics();
    void add(const DomainStatus& status);
    std::string finished(const DaemonFacts& facts);

    static constexpr std::size_t family_count = 15;

private:
    void count_states();

    std::array<std::string, family_count> samples_;  // of one family, in the order of their table
    std::map<std::string, std::size_t> states_;
};

}  // namespace md::admin

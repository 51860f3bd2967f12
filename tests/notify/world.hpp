// SPDX-License-Identifier: Apache-2.0
// One managed domain of whose certificate somebody is told.
#pragma once

#include "model/desired_state.hpp"
#include "model/observed_state.hpp"

#include <chrono>

namespace md::test {

using namespace std::chrono_literals;

inline constexpr std::chrono::sys_seconds start{1'800'000'000s};

// a.org, which holds a certificate of 100 days that is in use since `start`.
struct World {
    World() {
        wanted.members = {{*model::Identifier::parse("a.org"), {}}};
        held.certificates.emplace_back();
        held.certificates[0].not_before = start;
        held.certificates[0].not_after = start + 100 * 24h;
        held.state.recorded = true;
    }
    model::Delivery& told() { return held.delivery.edit(); }

    model::ServerSettings server;
    model::ManagedDomain wanted;
    model::ObservedDomain held;
};

}  // namespace md::test

// SPDX-License-Identifier: Apache-2.0
// One attempt at one MD: account, a certificate per key type, activation. The one place that turns
// an exception into a recorded Failure with a next time.
#pragma once

#include "acme/challenge_solver.hpp"
#include "base/clock.hpp"
#include "challenge/challenge_board.hpp"
#include "drive/ca_sessions.hpp"
#include "http/served_probe.hpp"
#include "model/desired_state.hpp"
#include "model/observed_state.hpp"
#include "process/command_runner.hpp"
#include "store/store.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace md::drive {

// What the drive works with; all of it outlives every attempt.
struct DriveContext {
    store::Store& store;
    CaSessions& ca_sessions;
    // Fresh ones, for one order of an MD with these settings.
    std::function<acme::Solvers(const model::Settings& settings)> solvers_for;
    base::Clock& clock;
    base::asio::thread_pool& key_pool;
    // For whoever watches: the MD and the stage it entered ("order", "challenge", ...,
    // "installed").
    std::function<void(const std::string& domain, std::string_view stage)> on_stage =
        [](const std::string&, std::string_view) {};
    http::ServedProbe* probe = nullptr;  // none: MDServedAt is not looked at
    store::Lease* lease = nullptr;       // that the store is written under; none: it cannot be lost
    process::Commands* hooks = nullptr;  // none: MDMessageCmd is not run; Reconcile brings its own
    // Where a proof of nothing is shown before the CA comes for the first time:
    // drive/self_test_wait. None: it comes at once.
    challenge::ChallengeBoard* board = nullptr;
};

struct AttemptResult {
    // The set that is live now, with what belongs to it; none: it failed.
    std::optional<model::ObservedDomain> installed;
    // Of one that failed: the attempts that go on, and when they were told of.
    model::Attempts attempts;
    model::AttemptMessages told;
    // Until when the CA wants to be left alone, by whichever MD.
    std::optional<std::chrono::sys_seconds> ca_busy_until;

    // What the store holds of the MD afterwards, of which this is known now.
    model::ObservedDomain held_after(model::ObservedDomain known) &&;
};

// Tries once, at the CA with that directory URL, one of the MD's. A failure is in the MD's
// attempts, with next_run, stored (when the store can be written), and logged once. Throws only
// when cancelled.
base::Task<AttemptResult> attempt(const DriveContext& context, model::ServerSettings server,
                                  model::ManagedDomain wanted, model::ObservedDomain held,
                                  std::string issuer);

}  // namespace md::drive

// SPDX-License-Identifier: Apache-2.0
// A process that drives and answers: the two services, opened, reloaded and closed in the order
// that they need. `run`, `once` and `renew` differ only in what they ask of it.
#pragma once

#include "base/clock.hpp"
#include "driver_service.hpp"
#include "model/desired_state.hpp"
#include "responder_service.hpp"

#include <functional>

namespace md {

class Engine {
public:
    // `on_change` is called after anything observed changed.
    Engine(
        base::asio::any_io_executor executor, model::DesiredState desired, OnStage on_stage,
        std::function<void()> on_change = [] {});

    // Binds the ports, becomes the configured user, opens the store and drives from then on. Throws
    // base::Error with what stands in the way; a port that cannot be bound is a warning.
    base::Task<void> open();

    // What was configured, before open().
    const model::ServerSettings& configured() const { return desired_.server; }

    base::Clock& clock() { return clock_; }
    ResponderService& responder() { return responder_; }
    DriverService& driver() { return driver_; }
    // Once it is open:
    drive::Reconcile& reconcile() { return driver_.reconcile(); }
    store::Store& store() { return driver_.store(); }

    // A new configuration. Throws base::Error, and changes nothing, when it needs a restart.
    base::Task<void> reload(model::DesiredState desired);

    // Frees the ports. What is still open on them ends, and is awaited. Whoever may be cancelled
    // says throw_if_cancelled(false) before.
    base::Task<void> close() { return responder_.close(); }

private:
    base::Task<void> open_all();

    model::DesiredState desired_;  // until the driver has it
    base::SystemClock clock_;
    ResponderService responder_;
    DriverService driver_;
};

}  // namespace md

// SPDX-License-Identifier: Apache-2.0
// Reloads of the configuration: whoever asks (SIGHUP, `mdcertd reload`), one is done after the
// other, and each that asked is told what came of it.
#pragma once

#include "base/task.hpp"
#include "commands/commands.hpp"
#include "engine.hpp"
#include "loading.hpp"
#include "supervisor.hpp"

#include <functional>
#include <list>
#include <string>
#include <vector>

namespace md {

struct ReloadOutcome {
    std::string problem;                   // why the former one stays in force; "" when it is not
    std::vector<std::string> diagnostics;  // all that is to be said of the file, rendered
};

class Reloader {
public:
    // Called once a new configuration is in force.
    using OnLoaded = std::function<void(const model::ServerSettings& server)>;

    // All of these outlive it.
    Reloader(base::asio::any_io_executor executor, const commands::CommandLine& line,
             Engine& engine, Supervisor& supervisor, Loading& loading, OnLoaded on_loaded);

    // At the next opportunity. Several requests before that are one.
    void request() { asked_.wake(); }
    // The same, and waits for it.
    base::Task<ReloadOutcome> reload();

    // The engine is open. Until cancelled.
    base::Task<void> serve();

private:
    struct ReloadWaiter {
        explicit ReloadWaiter(const base::asio::any_io_executor& executor) : done(executor) {}
        bool has_begun = false;  // a reload that began before it was asked for does not count
        ReloadOutcome outcome;
        base::Wakeup done;
    };

    base::Task<void> reload_once();
    base::Task<ReloadOutcome> try_to_reload();
    void note(const ReloadOutcome& outcome);

    base::asio::any_io_executor executor_;
    const commands::CommandLine& line_;
    Engine& engine_;
    Supervisor& supervisor_;
    Loading& loading_;
    OnLoaded on_loaded_;
    base::Wakeup asked_;
    std::list<ReloadWaiter> waiters_;
};

}  // namespace md

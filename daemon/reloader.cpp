// SPDX-License-Identifier: Apache-2.0
#include "reloader.hpp"

#include "base/log.hpp"
#include "base/printable.hpp"
#include "config/store_place.hpp"
#include "configuration.hpp"
#include "progress.hpp"

#include <algorithm>
#include <utility>

namespace md {
namespace {

// What is to be said of the file, and the place of the first error as the problem.
ReloadOutcome judged(const config::Loaded& loaded) {
    ReloadOutcome outcome;
    for (const config::Diagnostic& diagnostic : loaded.diagnostics) {
        outcome.diagnostics.push_back(config::render(diagnostic));
        if (outcome.problem.empty() && diagnostic.severity == config::Severity::error)
            outcome.problem =
                diagnostic.file + ":" + std::to_string(diagnostic.line) + ": " + diagnostic.message;
    }
    return outcome;
}

// Another store would be ordered anew while the former one goes stale. "" where it stays.
std::string why_not_moved(const config::Loaded& loaded, const model::ServerSettings& current) {
    const model::ServerSettings& wanted = loaded.desired.server;
    if (wanted.store_dir == current.store_dir && wanted.server_root == current.server_root)
        return "";
    const bool store_moves = wanted.store_dir != current.store_dir;
    const std::string& from = store_moves ? current.store_dir : current.server_root;
    const std::string& to = store_moves ? wanted.store_dir : wanted.server_root;
    return (store_moves ? "the store would move from " : "ServerRoot would move from ") + from +
           " to " + to + " (" +
           (store_moves ? config::why_store_is_there(loaded) : config::why_server_root(loaded)) +
           "): restart mdcertd for that";
}

}  // namespace

Reloader::Reloader(base::asio::any_io_executor executor, const commands::CommandLine& line,
                   Engine& engine, Supervisor& supervisor, Loading& loading, OnLoaded on_loaded)
    : executor_(std::move(executor)),
      line_(line),
      engine_(engine),
      supervisor_(supervisor),
      loading_(loading),
      on_loaded_(std::move(on_loaded)),
      asked_(executor_) {}

base::Task<ReloadOutcome> Reloader::reload() {
    auto place = waiters_.emplace(waiters_.end(), executor_);
    request();
    std::exception_ptr cancelled;
    try {
        co_await place->done.wait();
    } catch (...) {
        cancelled = std::current_exception();
    }
    ReloadOutcome outcome = std::move(place->outcome);
    waiters_.erase(place);
    if (cancelled)
        std::rethrow_exception(cancelled);
    co_return outcome;
}

base::Task<void> Reloader::serve() {
    while (true) {
        co_await asked_.wait();
        co_await reload_once();
    }
}

base::Task<void> Reloader::reload_once() {
    for (ReloadWaiter& waiter : waiters_)
        waiter.has_begun = true;
    supervisor_.reloading();
    ReloadOutcome outcome = co_await try_to_reload();
    note(outcome);
    // Before those who asked are told: a service manager believes that the reload is over then.
    supervisor_.ready();
    supervisor_.news();
    for (ReloadWaiter& waiter : waiters_) {
        if (!waiter.has_begun)
            continue;
        waiter.outcome = outcome;
        waiter.done.wake();
    }
}

void Reloader::note(const ReloadOutcome& outcome) {
    loading_.problem = base::printable(outcome.problem);
    if (loading_.problem.empty())
        log::info("configuration reloaded");
    else
        log::error("configuration not reloaded, the former one stays in force",
                   log::kv("reason", loading_.problem));
}

base::Task<ReloadOutcome> Reloader::try_to_reload() {
    config::Loaded loaded = load_configuration(line_);
    ReloadOutcome outcome = judged(loaded);
    if (outcome.problem.empty())
        outcome.problem = why_not_moved(loaded, engine_.reconcile().desired().server);
    if (!outcome.problem.empty())
        co_return outcome;
    model::LogLevel level = loaded.desired.server.log_level;
    try {
        co_await engine_.reload(std::move(loaded.desired));
    } catch (const base::Error& error) {
        outcome.problem = error.what();
    }
    if (!outcome.problem.empty())
        co_return outcome;
    set_log_level(level);
    log_warnings(loaded);
    on_loaded_(engine_.reconcile().desired().server);
    loading_.succeeded_at = engine_.clock().now();
    co_return outcome;
}

}  // namespace md

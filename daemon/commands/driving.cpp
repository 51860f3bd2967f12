// SPDX-License-Identifier: Apache-2.0
#include "commands/driving.hpp"

#include "base/time_text.hpp"
#include "configuration.hpp"
#include "engine.hpp"
#include "notify/messages.hpp"
#include "progress.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <cstdio>
#include <unistd.h>

namespace md::commands {
namespace {

namespace asio = base::asio;

base::Task<void> interrupted() {
    auto executor = co_await asio::this_coro::executor;
    asio::signal_set signals(executor, SIGTERM, SIGINT);
    co_await signals.async_wait(asio::use_awaitable);
}

// What a drive leaves undone on purpose.
using Waiting = std::vector<std::string>;

base::Task<void> drive_due(drive::Reconcile& reconcile, Waiting& waiting) {
    waiting = co_await reconcile.drive_due();
}

base::Task<bool> drive(Engine& engine, std::vector<std::string> requested, Waiting& waiting) {
    co_await engine.open();
    engine.reconcile().request(requested);
    int winner = co_await base::first_of(drive_due(engine.reconcile(), waiting), interrupted());
    engine.close();
    co_return winner == 0;
}

void say(const std::string& domain, const std::string& what,
         const std::optional<std::chrono::sys_seconds>& next) {
    std::string when = next ? "; next attempt " + base::readable_time(*next) : "";
    std::fprintf(stderr, "%s: %s%s\n", domain.c_str(), what.c_str(), when.c_str());
}

// Says on stderr what is not well. True when all is.
bool all_well(const drive::Reconcile& reconcile) {
    bool well = true;
    for (const model::ManagedDomain& domain : reconcile.desired().domains) {
        if (!domain.driven())
            continue;
        const model::ObservedDomain& held = reconcile.observed().of(domain.name());
        if (held.staged_job && held.staged_job->last_failure) {
            const model::Failure& failure = *held.staged_job->last_failure;
            say(domain.name(), failure.stage + ": " + failure.detail, held.staged_job->next_run);
            well = false;
        }
        if (!held.live_job)
            continue;
        if (auto failed = notify::failed_call(reconcile.desired().server, *held.live_job)) {
            say(domain.name(), std::string(failed->directive) + " failed", failed->next);
            well = false;
        }
    }
    return well;
}

}  // namespace

void say_who_waits(const std::vector<std::string>& names) {
    for (const std::string& name : names)
        say(name, "waits for its turn: the CA's order rate is used up (MDOrderRate)", {});
}

int drive_and_report(const CommandLine& line, const std::vector<std::string>& requested) {
    config::Loaded loaded = require_configuration(line);
    OnStage on_stage = start_telling(loaded.desired.server.log_level);
    log_warnings(loaded);
    asio::io_context context(1);
    Engine engine(context.get_executor(), std::move(loaded.desired), on_stage);
    std::exception_ptr failed;
    bool finished = false;
    Waiting waiting;
    asio::co_spawn(context, drive(engine, requested, waiting),
                   [&](std::exception_ptr error, bool done) {
                       failed = error;
                       finished = done;
                   });
    context.run();
    if (failed)
        std::rethrow_exception(failed);
    if (!finished)
        std::fputs("interrupted; what was begun goes on at the next run\n", stderr);
    say_who_waits(waiting);
    bool well = finished && waiting.empty() && all_well(engine.reconcile());
    std::fflush(nullptr);
    ::_exit(well ? 0 : 1);  // not waiting for keys half-made on the pool
}

}  // namespace md::commands

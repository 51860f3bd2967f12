// SPDX-License-Identifier: Apache-2.0
#include "commands/driving.hpp"

#include "admin/renewal_text.hpp"
#include "admin/status.hpp"
#include "base/error.hpp"
#include "base/time_text.hpp"
#include "configuration.hpp"
#include "engine.hpp"
#include "notify/messages.hpp"
#include "progress.hpp"
#include "signals.hpp"
#include "store/lease.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
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
    int winner = 0;
    std::exception_ptr failed;
    try {
        winner = co_await base::first_of(drive_due(engine.reconcile(), waiting), interrupted());
    } catch (...) {
        failed = std::current_exception();
    }
    co_await engine.close();
    if (failed)
        std::rethrow_exception(failed);
    co_return winner == 0;
}

void say(const std::string& domain, const std::string& what,
         const std::optional<std::chrono::sys_seconds>& next) {
    std::string when = next ? "; next attempt " + base::readable_time(*next) : "";
    std::fprintf(stderr, "%s: %s%s\n", domain.c_str(), what.c_str(), when.c_str());
}

// Says on stderr what is not well with others than these. True when all is.
bool all_well(const drive::Reconcile& reconcile, const std::vector<std::string>& reported) {
    bool well = true;
    for (const model::ManagedDomain& domain : reconcile.desired().domains) {
        if (!domain.stopped.empty()) {
            say(domain.name(), "stopped: " + domain.stopped, {});
            well = false;
        }
        if (!domain.driven() ||
            std::find(reported.begin(), reported.end(), domain.name()) != reported.end())
            continue;
        const model::ObservedDomain& held = reconcile.observed().of(domain.name());
        if (held.attempts && held.attempts->last_failure) {
            const model::Failure& failure = *held.attempts->last_failure;
            say(domain.name(), failure.stage + ": " + failure.detail, held.attempts->next_run);
            well = false;
        }
        if (auto failed = notify::failed_call(reconcile.desired().server, *held.delivery)) {
            say(domain.name(), std::string(failed->directive) + " failed", failed->next);
            well = false;
        }
    }
    return well;
}

void say_who_waits(const Waiting& names) {
    for (const std::string& name : names)
        say(name, "waits for its turn: the CA's order rate is used up (MDOrderRate)", {});
}

bool say_requested(Engine& engine, const std::vector<std::string>& requested,
                   const Waiting& waiting) {
    if (requested.empty())
        return true;
    const drive::Reconcile& reconcile = engine.reconcile();
    nlohmann::json status = admin::status_json(reconcile.desired(), reconcile.observed(),
                                               engine.clock().now(), requested);
    status["waiting"] = waiting;
    return say_outcome(status);
}

std::vector<std::string> domains_called(const std::vector<std::string>& names,
                                        const model::DesiredState& desired) {
    std::vector<std::string> domains;
    if (!names.empty())
        for (const model::ManagedDomain* domain : admin::select_known(desired, names))
            domains.push_back(domain->name());
    return domains;
}

}  // namespace

bool say_outcome(const nlohmann::json& status) {
    const auto report = admin::renewal_report(status, base::SystemClock().now());
    std::fputs(report.done.c_str(), stdout);
    std::fflush(stdout);
    std::fputs(report.failed.c_str(), stderr);
    return report.failed.empty();
}

void refuse_undriven(const model::DesiredState& desired, const std::vector<std::string>& names) {
    if (names.empty())
        return;
    for (const model::ManagedDomain* domain : admin::select(desired, names).domains) {
        if (!domain->stopped.empty())
            throw base::Error(domain->name() + " is stopped: " + domain->stopped);
        if (domain->is_static())
            throw base::Error(domain->name() + " is static: its certificate is " +
                              domain->settings->certificate_files.front() + " (MDCertificateFile)");
    }
}

int drive_and_report(const CommandLine& line, const std::string& command,
                     const std::vector<std::string>& names) {
    outlive_failed_writes();
    config::Loaded loaded = require_configuration(line);
    const std::vector<std::string> requested = domains_called(names, loaded.desired);
    refuse_undriven(loaded.desired, requested);
    OnStage on_stage = start_telling(loaded.desired.server.log_level);
    log_place(place_of_store(loaded.desired.server), loaded.desired.server.log_level);
    log_warnings(loaded);
    asio::io_context context(1);
    Engine engine(context.get_executor(), std::move(loaded.desired), on_stage);
    engine.driver().introduce(store::this_command(command));
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
    bool well = finished && say_requested(engine, requested, waiting);
    std::erase_if(waiting, [&](const std::string& name) {
        return std::find(requested.begin(), requested.end(), name) != requested.end();
    });
    say_who_waits(waiting);
    well = all_well(engine.reconcile(), requested) && well && waiting.empty();
    std::fflush(nullptr);
    ::_exit(well ? 0 : 1);  // not waiting for keys half-made on the pool
}

}  // namespace md::commands

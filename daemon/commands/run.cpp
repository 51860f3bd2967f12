// SPDX-License-Identifier: Apache-2.0
// `mdcertd run`: the daemon. One root coroutine; signals reload or end it.
#include "admin_service.hpp"
#include "base/log.hpp"
#include "base/nursery.hpp"
#include "commands/commands.hpp"
#include "configuration.hpp"
#include "engine.hpp"
#include "loading.hpp"
#include "progress.hpp"
#include "reloader.hpp"
#include "signals.hpp"
#include "store/lease.hpp"
#include "store_wait.hpp"
#include "supervisor.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <cstdio>
#include <unistd.h>

namespace md::commands {
namespace {

namespace asio = base::asio;

constexpr std::chrono::milliseconds longest_farewell{4000};  // 5 s are promised

class Daemon {
public:
    Daemon(asio::any_io_executor executor, CommandLine line, model::DesiredState desired)
        : line_(std::move(line)),
          on_stage_(start_telling(desired.server.log_level)),
          supervisor_(executor),
          engine_(
              executor, std::move(desired),
              [this](const auto& domain, auto stage) { entered(domain, stage); },
              [this] { changed(); }),
          reloader_(executor, line_, engine_, supervisor_, loading_,
                    [this](const auto& server) { admin_.open(server.status_listens); }),
          admin_(executor, engine_, reloader_, loading_),
          signals_(executor, SIGTERM, SIGINT, SIGHUP),
          farewell_(executor) {
        release_hangups();
    }

    // Until a signal ends it.
    base::Task<void> serve();

private:
    base::Task<void> live();
    base::Task<void> open();
    base::Task<void> drive();
    base::Task<void> drive_and_reload();
    base::Task<void> handle_signals();
    void begin_farewell();
    void entered(const std::string& domain, std::string_view stage);
    void changed();

    CommandLine line_;
    OnStage on_stage_;
    Supervisor supervisor_;
    Engine engine_;
    Loading loading_;
    Reloader reloader_;
    AdminService admin_;
    asio::signal_set signals_;
    asio::steady_timer farewell_;
};

void Daemon::entered(const std::string& domain, std::string_view stage) {
    on_stage_(domain, stage);
    admin_.stage_entered(domain, stage);
}

void Daemon::changed() {
    supervisor_.news();
    admin_.changed();
}

base::Task<void> Daemon::open() {
    engine_.responder().adopt(supervisor_.take_sockets());
    engine_.driver().introduce(store::this_daemon());
    co_await store_free(engine_.configured().store_dir, engine_.clock(), supervisor_);
    admin_.open(engine_.configured().status_listens);  // as root, where it is started as root
    co_await engine_.open();
    loading_.succeeded_at = engine_.clock().now();
}

base::Task<void> Daemon::serve() {
    co_await base::first_of(live(), handle_signals());
    farewell_.cancel();
    log::info("mdcertd ended");
}

// Ends by cancellation, or by a failure.
base::Task<void> Daemon::live() {
    auto executor = co_await asio::this_coro::executor;
    base::Nursery nursery(executor);
    std::exception_ptr ended;
    try {
        co_await open();
        supervisor_.ready();
        log::info("mdcertd runs", log::kv("domains", engine_.reconcile().desired().domains.size()));
        nursery.start(admin_.serve_control(), [](std::exception_ptr) {});
        nursery.start(admin_.keep_pages(), [](std::exception_ptr) {});
        nursery.start(engine_.responder().keep_ports_open(), [](std::exception_ptr) {});
        co_await drive_and_reload();
    } catch (...) {
        ended = std::current_exception();
    }
    nursery.cancel();
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await nursery.join();
    co_await admin_.close();
    co_await engine_.close();
    std::rethrow_exception(ended);
}

base::Task<void> Daemon::drive_and_reload() {
    co_await base::first_of(drive(), reloader_.serve());
}

base::Task<void> Daemon::drive() {
    drive::Reconcile& reconcile = engine_.reconcile();
    co_await base::first_of(reconcile.run(),
                            supervisor_.run(reconcile, engine_.clock(), loading_.problem));
}

// From the start: a reload that is asked for while the store is read comes after that.
base::Task<void> Daemon::handle_signals() {
    while (true) {
        int signal = co_await signals_.async_wait(asio::use_awaitable);
        if (signal != SIGHUP)
            break;
        reloader_.request();
    }
    begin_farewell();
}

// Whatever does not end in time, like a key half-made or a file system that hangs, is left behind:
// all that matters is on disk, whole.
void Daemon::begin_farewell() {
    supervisor_.stopping();
    farewell_.expires_after(longest_farewell);
    farewell_.async_wait([](boost::system::error_code cancelled) {
        if (cancelled)
            return;
        log::info("mdcertd ended, leaving unfinished work behind");
        std::fflush(nullptr);
        ::_exit(0);
    });
}

}  // namespace

int run(const CommandLine& line) {
    outlive_failed_writes();
    auto loaded = std::make_unique<config::Loaded>(require_configuration(line));
    asio::io_context context(1);
    const std::string place = place_of_store(loaded->desired.server);
    const model::LogLevel level = loaded->desired.server.log_level;
    Daemon daemon(context.get_executor(), line, std::move(loaded->desired));
    log_place(place, level);
    log_warnings(*loaded);
    loaded.reset();  // where each setting stands is of no use to a daemon
    std::exception_ptr failed;
    asio::co_spawn(context, daemon.serve(), [&](std::exception_ptr error) { failed = error; });
    context.run();
    if (failed)
        std::rethrow_exception(failed);
    // A key half-made on the pool may take half a minute more; nobody waits for it. All that
    // matters is on disk.
    std::fflush(nullptr);
    ::_exit(0);
}

}  // namespace md::commands

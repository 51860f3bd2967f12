// SPDX-License-Identifier: Apache-2.0
// `mdcertd run`: the daemon. One root coroutine; signals reload or end it.
#include "admin/control_socket.hpp"
#include "base/log.hpp"
#include "base/printable.hpp"
#include "commands/commands.hpp"
#include "configuration.hpp"
#include "engine.hpp"
#include "loading.hpp"
#include "progress.hpp"
#include "status_pages.hpp"
#include "status_port.hpp"
#include "supervisor.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <nlohmann/json.hpp>

#include <csignal>
#include <cstdio>
#include <unistd.h>

namespace md::commands {
namespace {

namespace asio = base::asio;
using nlohmann::json;

constexpr std::chrono::milliseconds longest_farewell{4000};  // 5 s are promised

class Daemon {
public:
    Daemon(asio::any_io_executor executor, CommandLine line, model::DesiredState desired)
        : line_(std::move(line)),
          on_stage_(start_telling(desired.server.log_level)),
          control_path_(desired.server.server_root + "/control.sock"),
          supervisor_(executor),
          engine_(executor, std::move(desired), on_stage_, [this] { supervisor_.news(); }),
          pages_(executor, engine_, loading_),
          status_port_(executor,
                       [this](auto path, auto query) { return pages_.page(path, query); }),
          signals_(executor, SIGTERM, SIGINT, SIGHUP),
          farewell_(executor) {}

    base::Task<void> serve();

private:
    base::Task<void> open();
    void open_status_port(const std::vector<model::StatusListen>& listens);
    base::Task<void> drive();
    base::Task<void> heed_signals();
    void begin_farewell();
    base::Task<void> reload();
    base::Task<std::string> try_to_reload();
    base::Task<std::string> answer(json question);
    base::Task<std::string> answer_to(const std::string& command, std::vector<std::string> names);
    std::string reach();
    base::Task<void> serve_and_answer();

    CommandLine line_;
    OnStage on_stage_;
    std::string control_path_;
    Supervisor supervisor_;
    Engine engine_;
    Loading loading_;
    StatusPages pages_;
    StatusPort status_port_;
    asio::signal_set signals_;
    asio::steady_timer farewell_;
};

base::Task<void> Daemon::open() {
    engine_.adopt(supervisor_.take_sockets());
    open_status_port(engine_.configured().status_listens);  // as root, where it is started as root
    try {
        co_await engine_.open();
    } catch (...) {
        status_port_.close();
        throw;
    }
    loading_.succeeded_at = engine_.clock().now();
}

void Daemon::open_status_port(const std::vector<model::StatusListen>& listens) {
    status_port_.open(listens);
    pages_.shown(status_port_.is_open());
}

base::Task<void> Daemon::serve() {
    co_await open();
    supervisor_.ready();
    log::info("mdcertd runs", log::kv("domains", engine_.reconcile().desired().domains.size()));
    auto executor = co_await asio::this_coro::executor;
    base::Nursery nursery(executor);
    nursery.start(serve_and_answer(), [](std::exception_ptr) {});
    nursery.start(pages_.attend(), [](std::exception_ptr) {});
    nursery.start(engine_.keep_ports_open(), [](std::exception_ptr) {});
    std::exception_ptr failed;
    try {
        co_await base::first_of(drive(), heed_signals());
    } catch (...) {
        failed = std::current_exception();
    }
    nursery.cancel();
    co_await nursery.join();
    status_port_.close();
    engine_.close();
    farewell_.cancel();
    if (failed)
        std::rethrow_exception(failed);
    log::info("mdcertd ended");
}

base::Task<void> Daemon::drive() {
    drive::Reconcile& reconcile = engine_.reconcile();
    co_await base::first_of(reconcile.run(),
                            supervisor_.attend(reconcile, engine_.clock(), loading_.problem));
}

base::Task<void> Daemon::serve_and_answer() {
    std::string reason;
    try {
        co_await admin::serve_control(
            control_path_, [this](json question) { return answer(std::move(question)); });
    } catch (const base::Error& error) {
        reason = error.what();
    }
    // Certificates matter more than questions: without the socket the daemon goes on.
    log::error("the control socket is not served", log::kv("reason", reason));
}

base::Task<void> Daemon::heed_signals() {
    while (true) {
        int signal = co_await signals_.async_wait(asio::use_awaitable);
        if (signal != SIGHUP)
            break;
        co_await reload();
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

base::Task<void> Daemon::reload() {
    supervisor_.reloading();
    std::string problem = co_await try_to_reload();
    loading_.problem = base::printable(problem);
    if (loading_.problem.empty())
        log::info("configuration reloaded");
    else
        log::error("configuration not reloaded, the former one stays in force",
                   log::kv("reason", loading_.problem));
    supervisor_.ready();
    supervisor_.news();
}

// Why not, or "".
base::Task<std::string> Daemon::try_to_reload() {
    config::Loaded loaded = load_configuration(line_);
    for (const config::Diagnostic& diagnostic : loaded.diagnostics)
        if (diagnostic.severity == config::Severity::error)
            co_return diagnostic.file + ":" + std::to_string(diagnostic.line) + ": " +
                diagnostic.message;
    model::LogLevel level = loaded.desired.server.log_level;
    try {
        co_await engine_.reload(std::move(loaded.desired));
    } catch (const base::Error& error) {
        co_return error.what();
    }
    set_log_level(level);
    log_warnings(loaded);
    open_status_port(engine_.reconcile().desired().server.status_listens);
    loading_.succeeded_at = engine_.clock().now();
    co_return "";
}

// For `check --online`.
std::string Daemon::reach() {
    Reach reach = engine_.reach();
    const json told = {{"token", reach.proof.token},
                       {"key-authorization", reach.proof.key_authorization},
                       {"http-obstacle", reach.http_obstacle},
                       {"https-obstacle", reach.https_obstacle}};
    return told.dump();
}

base::Task<std::string> Daemon::answer_to(const std::string& command,
                                          std::vector<std::string> names) {
    std::vector<std::string> waiting;
    if (command == "renew") {
        engine_.reconcile().request(names);
        waiting = co_await engine_.reconcile().attempts_ended(names);
    } else if (command == "reach") {
        co_return reach();
    } else if (command != "status") {
        throw base::Error("unknown command");
    }
    co_return pages_.status(names, waiting);
}

base::Task<std::string> Daemon::answer(json question) {
    std::string command;
    std::vector<std::string> names;
    try {
        command = question.value("command", "");
        names = question.value("names", names);
    } catch (const json::exception&) {
        throw base::Error("malformed question");
    }
    std::string told = co_await answer_to(command, std::move(names));
    co_return R"({"ok":true,"status":)" + told + "}";
}

}  // namespace

int run(const CommandLine& line) {
    auto loaded = std::make_unique<config::Loaded>(require_configuration(line));
    asio::io_context context(1);
    Daemon daemon(context.get_executor(), line, std::move(loaded->desired));
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

// SPDX-License-Identifier: Apache-2.0
// `mdcertd status`: from the running daemon, or read from the store when none runs.
#include "admin/status.hpp"

#include "ask.hpp"
#include "base/clock.hpp"
#include "commands/commands.hpp"
#include "configuration.hpp"
#include "drive/observe.hpp"
#include "store/file_store.hpp"

#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <unistd.h>

namespace md::commands {
namespace {

namespace asio = base::asio;

base::Task<model::ObservedState> look(const model::DesiredState& desired, asio::thread_pool& pool) {
    auto store = co_await store::FileStore::open_read_only(desired.server.store_dir, pool);
    if (!store)
        co_return model::ObservedState{};
    model::ObservedState observed = co_await drive::observe(*store, desired);
    co_return observed;
}

nlohmann::json status_from_store(const model::DesiredState& desired,
                                 const std::vector<std::string>& names) {
    asio::io_context context(1);
    asio::thread_pool pool(1);
    model::ObservedState observed;
    std::exception_ptr failed;
    asio::co_spawn(context, look(desired, pool),
                   [&](std::exception_ptr error, model::ObservedState seen) {
                       failed = error;
                       observed = std::move(seen);
                   });
    context.run();
    if (failed)
        std::rethrow_exception(failed);
    return admin::status_json(desired, observed, base::SystemClock().now(), names);
}

}  // namespace

int status(const CommandLine& line) {
    // A daemon that runs has the last configuration without errors and tells what is wrong with
    // this one.
    config::Loaded loaded = load_configuration(line);
    const model::DesiredState& desired = loaded.desired;
    auto told = ask_running_daemon(desired.server, "status", line.names);
    bool running = told.has_value();
    if (!running)
        require_sound(loaded, line);
    nlohmann::json status = running ? std::move(*told) : status_from_store(desired, line.names);
    status["daemon"] = running ? "running" : "not running";
    std::string text = line.json ? status.dump(2) + "\n"
                                 : admin::status_text(status, base::SystemClock().now(),
                                                      ::isatty(STDOUT_FILENO) == 1);
    std::fputs(text.c_str(), stdout);
    return status.contains("unknown-names") ? 1 : 0;
}

}  // namespace md::commands

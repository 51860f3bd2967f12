// SPDX-License-Identifier: Apache-2.0
#include "engine.hpp"

#include "free_memory.hpp"
#include "privileges.hpp"

#include <exception>
#include <utility>

namespace md {

Engine::Engine(base::asio::any_io_executor executor, model::DesiredState desired, OnStage on_stage,
               std::function<void()> on_change)
    : desired_(std::move(desired)),
      responder_(executor, clock_,
                 [this] {
                     if (driver_.is_open())
                         driver_.request_waiting_for_port();
                 }),
      driver_(executor, clock_, responder_, std::move(on_stage), std::move(on_change)) {}

base::Task<void> Engine::open() {
    std::exception_ptr failed;
    try {
        co_await open_all();
    } catch (...) {
        failed = std::current_exception();
    }
    if (!failed)
        co_return;
    // Or the process would wait at its ports without end.
    co_await base::asio::this_coro::throw_if_cancelled(false);
    co_await close();
    std::rethrow_exception(failed);
}

base::Task<void> Engine::open_all() {
    responder_.hold();
    responder_.open(desired_);
    become_user(desired_.server);
    model::DesiredState desired = std::exchange(desired_, {});
    co_await driver_.open(std::move(desired));
    responder_.admit();
    return_free_memory();
}

base::Task<void> Engine::reload(model::DesiredState desired) {
    const model::ServerSettings& current = reconcile().desired().server;
    if (desired.server.store_dir != current.store_dir ||
        desired.server.server_root != current.server_root)
        throw base::Error("ServerRoot and MDStoreDir cannot change while mdcertd runs: restart it");
    responder_.hold();
    responder_.open(desired);
    std::exception_ptr failed;
    try {
        co_await reconcile().replace_desired(std::move(desired));
    } catch (...) {
        failed = std::current_exception();
    }
    return_free_memory();
    if (failed)
        responder_.open(reconcile().desired());
    responder_.admit();
    if (failed)
        std::rethrow_exception(failed);
}

}  // namespace md

// SPDX-License-Identifier: Apache-2.0
#include "engine.hpp"

#include "base/log.hpp"
#include "drive/showcase.hpp"
#include "free_memory.hpp"
#include "http/beast_transport.hpp"
#include "privileges.hpp"

#include <utility>

namespace md {

drive::TransportFor transports(base::asio::any_io_executor executor) {
    return [executor](const drive::Route& route) -> std::unique_ptr<http::Transport> {
        http::TransportOptions options;
        options.ca_file = route.ca_file;
        options.proxy = route.proxy;
        return std::make_unique<http::BeastTransport>(executor, options);
    };
}

Engine::Engine(base::asio::any_io_executor executor, model::DesiredState desired, OnStage on_stage,
               std::function<void()> on_change)
    : executor_(executor),
      desired_(std::move(desired)),
      on_stage_(std::move(on_stage)),
      on_change_(std::move(on_change)),
      listener_(executor, board_),
      tls_alpn01_(executor, board_, listener_),
      http01_(executor, board_, listener_),
      reach_(executor, board_) {}

Engine::~Engine() = default;

void Engine::adopt(const std::vector<int>& descriptors) {
    for (int descriptor : descriptors)
        listener_.adopt(descriptor);
}

// With nothing to prove, the ports are left to whoever wants them.
void Engine::open_ports(const model::DesiredState& desired) {
    responder::Listener::Endpoints endpoints;
    if (!desired.domains.empty())
        endpoints = drive::endpoints_of(desired.server);
    for (const responder::BindFailure& failure : listener_.open(endpoints))
        log::warn("port not available", log::kv("endpoint", failure.endpoint),
                  log::kv("reason", failure.reason));
}

base::Task<void> Engine::open() {
    std::exception_ptr failed;
    try {
        co_await open_all();
    } catch (...) {
        failed = std::current_exception();
    }
    if (!failed)
        co_return;
    close();  // or the process would wait at its ports for ever
    std::rethrow_exception(failed);
}

base::Task<void> Engine::open_all() {
    const model::ServerSettings server = desired_.server;
    open_ports(desired_);
    become_user(server);
    lease_ = store::acquire_lease(server.store_dir);
    store_ = co_await store::FileStore::open(server.store_dir, io_pool_);
    authorities_ =
        std::make_unique<drive::Authorities>(executor_, *store_, clock_, transports(executor_));
    drive::Tools tools{*store_,   *authorities_, {&tls_alpn01_, &http01_}, clock_, key_pool_,
                       on_stage_, &probe_};
    reconcile_ = std::make_unique<drive::Reconcile>(executor_, std::move(tools), hooks_,
                                                    std::exchange(desired_, {}),
                                                    [this](const auto* changed) { show(changed); });
    co_await reconcile_->load();
    return_free_memory();
}

// The responder learns what has changed: which names have a certificate, and which one.
void Engine::show(const model::ManagedDomain* changed) {
    const model::DesiredState& desired = reconcile_->desired();
    if (changed != nullptr) {
        auto place = static_cast<std::size_t>(changed - desired.domains.data());
        auto site = drive::site_of(*changed, reconcile_->observed().of(changed->name()), place);
        for (const model::Member& member : changed->members)
            listener_.set_site(member.name.text(), site);
    } else {
        listener_.set_sites(drive::sites_of(desired, reconcile_->observed()));
        listener_.set_credentials([this](const std::string&, const responder::Site& site) {
            return drive::live_credentials(store_->directory(),
                                           reconcile_->desired().domains.at(site.place));
        });
    }
    on_change_();
}

base::Task<void> Engine::reload(model::DesiredState desired) {
    const model::ServerSettings& current = reconcile_->desired().server;
    if (desired.server.store_dir != current.store_dir ||
        desired.server.server_root != current.server_root)
        throw base::Error("ServerRoot and MDStoreDir cannot change while mdcertd runs: restart it");
    open_ports(desired);
    std::exception_ptr failed;
    try {
        co_await reconcile_->replace_desired(std::move(desired));
    } catch (...) {
        failed = std::current_exception();
    }
    return_free_memory();
    if (!failed)
        co_return;
    open_ports(reconcile_->desired());
    std::rethrow_exception(failed);
}

Reach Engine::reach() {
    constexpr std::chrono::minutes long_enough{10};
    return {reach_.show(long_enough), listener_.http_obstacle(), listener_.https_obstacle()};
}

void Engine::close() {
    reach_.withdraw();
    listener_.close();
}

}  // namespace md

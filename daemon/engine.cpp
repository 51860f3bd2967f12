// SPDX-License-Identifier: Apache-2.0
#include "engine.hpp"

#include "base/log.hpp"
#include "challenge/board_solver.hpp"
#include "drive/reach_wait.hpp"
#include "drive/showcase.hpp"
#include "free_memory.hpp"
#include "http/beast_transport.hpp"
#include "model/stage.hpp"
#include "privileges.hpp"

#include <utility>

namespace md {
namespace {

namespace asio = base::asio;
using namespace std::chrono_literals;

constexpr std::chrono::seconds between_retries = 10s;

// What kept it from being proved was on our side, and cost the CA nothing.
bool waits_for_port(const model::ObservedDomain& held) {
    return held.attempts && held.attempts->last_failure &&
           held.attempts->last_failure->stage == model::stage::challenge &&
           held.attempts->last_failure->failure_class == model::FailureClass::passing;
}

}  // namespace

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
      listener_(
          executor, [this](const auto& request) { return responder_.respond(request); },
          [this](const auto& hello) { return responder_.offer(hello); }),
      reach_(executor, board_) {}

Engine::~Engine() = default;

void Engine::adopt(const std::vector<int>& descriptors) {
    for (int descriptor : descriptors)
        listener_.adopt(descriptor);
}

// With nothing to prove, the ports are left to whoever wants them.
void Engine::open_ports(const model::DesiredState& desired) {
    server::ListenEndpoints endpoints;
    if (!desired.domains.empty())
        endpoints = drive::endpoints_of(desired.server);
    responder_.set_health_path(desired.server.health_path);
    listener_.set_proxies(desired.server.proxy_sources);
    for (const server::BindFailure& failure : listener_.open(endpoints))
        log::warn("port not available", log::kv("endpoint", failure.endpoint),
                  log::kv("reason", failure.reason));
}

// A port that was busy may be free by now: looked at before each attempt, and on a timer.
void Engine::retry_ports() {
    const std::vector<std::string> opened = listener_.retry();
    for (const std::string& endpoint : opened)
        log::info("port available now", log::kv("endpoint", endpoint));
    if (opened.empty() || reconcile_ == nullptr)
        return;
    std::vector<std::string> waiting;
    for (const model::ManagedDomain& domain : reconcile_->desired().domains)
        if (domain.driven() && !reconcile_->is_running(domain.name()) &&
            waits_for_port(reconcile_->observed().of(domain.name())))
            waiting.push_back(domain.name());
    if (!waiting.empty())
        reconcile_->request(waiting);
}

std::string Engine::http_obstacle() {
    retry_ports();
    return listener_.http_obstacle();
}

std::string Engine::https_obstacle() {
    retry_ports();
    return listener_.https_obstacle();
}

base::Task<void> Engine::keep_ports_open() {
    while (true) {
        co_await clock_.wait(between_retries);
        retry_ports();
    }
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
    // Or the process would wait at its ports without end.
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await close();
    std::rethrow_exception(failed);
}

base::Task<void> Engine::open_all() {
    const model::ServerSettings server = desired_.server;
    listener_.hold();
    open_ports(desired_);
    become_user(server);
    hooks_.set_store_directory(server.store_dir);
    lease_ = store::acquire_lease(server.store_dir, owner_);
    store_ = co_await store::FileStore::open(server.store_dir, io_pool_);
    authorities_ =
        std::make_unique<drive::Authorities>(executor_, *store_, clock_, transports(executor_));
    auto solvers = [this](const model::Settings& settings) { return solvers_for(settings); };
    drive::Tools tools{*store_, *authorities_, solvers, clock_, key_pool_, on_stage_};
    tools.probe = &probe_;
    tools.keep_lease = [this] { return keep_lease(); };
    tools.before_first_visit = [this](std::string domain, auto names) {
        return await_reach(std::move(domain), std::move(names));
    };
    reconcile_ = std::make_unique<drive::Reconcile>(executor_, std::move(tools), hooks_,
                                                    std::exchange(desired_, {}),
                                                    [this](const auto* changed) { show(changed); });
    co_await reconcile_->load();
    listener_.admit();
    return_free_memory();
}

acme::Solvers Engine::solvers_for(const model::Settings& settings) {
    acme::Solvers solvers;
    for (model::ChallengeType type : settings.challenges) {
        if (type == model::ChallengeType::dns_01)
            continue;  // no command can be configured for it
        auto obstacle = [this, by_http = type == model::ChallengeType::http_01] {
            return by_http ? http_obstacle() : https_obstacle();
        };
        solvers.push_back(
            std::make_unique<challenge::BoardSolver>(executor_, board_, type, obstacle));
    }
    return solvers;
}

bool Engine::keep_lease() {
    if (lease_->is_in_place(store_->directory()))
        return false;
    lease_ = store::acquire_lease(store_->directory(), owner_);
    log::warn("the lock of the store was gone and is taken again",
              log::kv("path", store_->directory()));
    return true;
}

base::Task<void> Engine::await_reach(std::string domain, std::vector<model::DomainName> names) {
    if (!reconcile_->desired().server.port_map.has_http() || !listener_.http_obstacle().empty())
        co_return;
    constexpr std::chrono::minutes long_enough{1};
    drive::ReachProof proof(executor_, board_);
    std::string obstacle = co_await drive::reach_awaited(std::move(names), proof.show(long_enough));
    if (!obstacle.empty())
        log::warn("port 80 of this machine does not lead to mdcertd, the CA is asked all the same",
                  log::kv("domain", domain), log::kv("reason", obstacle));
}

// The responder learns what has changed: which names have a certificate, and which one.
void Engine::show(const model::ManagedDomain* changed) {
    const model::DesiredState& desired = reconcile_->desired();
    if (changed != nullptr) {
        auto place = static_cast<std::size_t>(changed - desired.domains.data());
        auto site = drive::site_of(*changed, reconcile_->observed().of(changed->name()), place);
        for (const model::Member& member : changed->members)
            responder_.set_site(member.name.text(), site);
    } else {
        responder_.set_sites(drive::sites_of(desired, reconcile_->observed()));
        responder_.set_credentials([this](const std::string&, const responder::Site& site) {
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
    listener_.hold();
    open_ports(desired);
    std::exception_ptr failed;
    try {
        co_await reconcile_->replace_desired(std::move(desired));
    } catch (...) {
        failed = std::current_exception();
    }
    return_free_memory();
    if (failed)
        open_ports(reconcile_->desired());
    listener_.admit();
    if (failed)
        std::rethrow_exception(failed);
}

Reach Engine::ports() const {
    return {{}, listener_.http_obstacle(), listener_.https_obstacle()};
}

Reach Engine::reach() {
    constexpr std::chrono::minutes long_enough{10};
    return {reach_.show(long_enough), http_obstacle(), https_obstacle()};
}

base::Task<void> Engine::close() {
    reach_.withdraw();
    co_await listener_.close();
}

}  // namespace md

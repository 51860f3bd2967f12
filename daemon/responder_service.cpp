// SPDX-License-Identifier: Apache-2.0
#include "responder_service.hpp"

#include "base/log.hpp"
#include "challenge/board_solver.hpp"
#include "drive/responder_view.hpp"
#include "drive/self_test_wait.hpp"

#include <utility>

namespace md {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds between_retries = 10s;

}  // namespace

ResponderService::ResponderService(base::asio::any_io_executor executor, base::Clock& clock,
                                   std::function<void()> on_port_available)
    : executor_(executor),
      clock_(clock),
      on_port_available_(std::move(on_port_available)),
      listener_(
          executor, [this](const auto& request) { return responder_.respond(request); },
          [this](const auto& hello) { return responder_.offer(hello); }),
      reach_(executor, board_) {}

void ResponderService::adopt(const std::vector<int>& descriptors) {
    for (int descriptor : descriptors)
        listener_.adopt(descriptor);
}

// With nothing to prove, the ports are left to other programs.
void ResponderService::open(const model::DesiredState& desired) {
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
void ResponderService::retry() {
    const std::vector<std::string> opened = listener_.retry();
    for (const std::string& endpoint : opened)
        log::info("port available now", log::kv("endpoint", endpoint));
    if (!opened.empty())
        on_port_available_();
}

std::string ResponderService::http_reason() {
    retry();
    return listener_.http_reason();
}

std::string ResponderService::https_reason() {
    retry();
    return listener_.https_reason();
}

base::Task<void> ResponderService::keep_ports_open() {
    while (true) {
        co_await clock_.wait(between_retries);
        retry();
    }
}

void ResponderService::show(const drive::Reconcile& reconcile, const deploy::LiveFiles& live,
                            const drive::Changes& changes) {
    const model::DesiredState& desired = reconcile.desired();
    if (!changes.all) {
        for (const std::string& name : changes.domains)
            show_one(reconcile, name);
        return;
    }
    responder_.set_sites(drive::all_sites_of(desired, reconcile.observed()));
    responder_.set_credentials([&reconcile, live](const std::string& domain) {
        const model::ManagedDomain* wanted = reconcile.wanted(domain);
        return wanted == nullptr ? std::vector<crypto::Credentials>()
                                 : live.credentials(domain, wanted->settings->keys);
    });
}

void ResponderService::show_one(const drive::Reconcile& reconcile, const std::string& domain) {
    const model::ManagedDomain* wanted = reconcile.wanted(domain);
    if (wanted == nullptr)
        return;
    for (auto& [name, site] : drive::sites_of(*wanted, reconcile.observed().of(domain)))
        responder_.set_site(*name, std::move(site));
}

acme::Solvers ResponderService::solvers_for(const model::Settings& settings) {
    acme::Solvers solvers;
    for (model::ChallengeType type : settings.challenges) {
        if (type == model::ChallengeType::dns_01)
            continue;  // no command can be configured for it
        std::string obstacle =
            type == model::ChallengeType::http_01 ? http_reason() : https_reason();
        solvers.push_back(
            std::make_unique<challenge::BoardSolver>(executor_, board_, type, std::move(obstacle)));
    }
    return solvers;
}

Reach ResponderService::ports() const {
    return {{}, listener_.http_reason(), listener_.https_reason()};
}

Reach ResponderService::reach() {
    constexpr std::chrono::minutes long_enough{10};
    return {reach_.show(long_enough), http_reason(), https_reason()};
}

base::Task<void> ResponderService::close() {
    reach_.withdraw();
    co_await listener_.close();
}

}  // namespace md

// SPDX-License-Identifier: Apache-2.0
#include "driver_service.hpp"

#include "http/beast_transport.hpp"
#include "model/stage.hpp"

#include <utility>
#include <vector>

namespace md {
namespace {

// What kept it from being proved was on our side, and cost the CA nothing.
bool waits_for_port(const model::ObservedDomain& held) {
    return held.attempts && held.attempts->last_failure &&
           held.attempts->last_failure->stage == model::stage::challenge &&
           held.attempts->last_failure->failure_class == model::FailureClass::passing;
}

}  // namespace

drive::TransportFor transports(base::asio::any_io_executor executor) {
    return [executor](const drive::IssuerRoute& route) -> std::unique_ptr<http::Transport> {
        http::TransportOptions options;
        options.ca_file = route.ca_file;
        options.proxy = route.proxy;
        return std::make_unique<http::BeastTransport>(executor, options);
    };
}

DriverService::DriverService(base::asio::any_io_executor executor, base::Clock& clock,
                             ResponderService& responder, OnStage on_stage,
                             std::function<void()> on_change)
    : executor_(std::move(executor)),
      clock_(clock),
      responder_(responder),
      on_stage_(std::move(on_stage)),
      on_change_(std::move(on_change)) {}

DriverService::~DriverService() = default;

base::Task<void> DriverService::open(model::DesiredState desired) {
    const std::string directory = desired.server.store_dir;
    commands_.set_store_directory(directory);
    files_ = std::make_unique<store::FileStore>(directory, io_pool_);
    auto acquiring = files_->acquire(store::driver_lease, owner_);
    lease_ = co_await std::move(acquiring);
    store_ = std::make_unique<store::LeasedStore>(*files_, *lease_);
    ca_sessions_ =
        std::make_unique<drive::CaSessions>(executor_, *store_, clock_, transports(executor_));
    reconcile_ = std::make_unique<drive::Reconcile>(
        executor_, drive_context(), commands_, std::move(desired),
        [this](const drive::Changes& changes) { show(changes); });
    co_await reconcile_->load();
}

drive::DriveContext DriverService::drive_context() {
    auto solvers = [this](const model::Settings& settings) {
        return responder_.solvers_for(settings);
    };
    drive::DriveContext context{*store_, *ca_sessions_, solvers, clock_, key_pool_, on_stage_};
    context.probe = &probe_;
    context.lease = lease_.get();
    context.board = &responder_.board();
    return context;
}

void DriverService::show(const drive::Changes& changes) {
    responder_.show(*reconcile_, deploy::LiveFiles(files_->directory()), changes);
    on_change_();
}

void DriverService::request_waiting_for_port() {
    std::vector<std::string> waiting;
    for (const model::ManagedDomain& domain : reconcile_->desired().domains)
        if (domain.driven() && !reconcile_->is_running(domain.name()) &&
            waits_for_port(reconcile_->observed().of(domain.name())))
            waiting.push_back(domain.name());
    if (!waiting.empty())
        reconcile_->request(waiting);
}

}  // namespace md

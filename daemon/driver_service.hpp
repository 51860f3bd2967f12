// SPDX-License-Identifier: Apache-2.0
// The part of the daemon that drives: the store and its lease, the CAs, the administrator's
// commands, and the reconcile loop.
#pragma once

#include "base/clock.hpp"
#include "drive/reconcile.hpp"
#include "http/tls_probe.hpp"
#include "model/desired_state.hpp"
#include "process/command_runner.hpp"
#include "responder_service.hpp"
#include "store/file_store.hpp"
#include "store/lease.hpp"
#include "store/leased_store.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace md {

using OnStage = std::function<void(const std::string& domain, std::string_view stage)>;

// Connections to CAs, over Beast.
drive::TransportFor transports(base::asio::any_io_executor executor);

class DriverService {
public:
    // Names are proved by the responder, which is shown what changes. `on_change` is called after
    // anything observed changed. All of these outlive it.
    DriverService(base::asio::any_io_executor executor, base::Clock& clock,
                  ResponderService& responder, OnStage on_stage, std::function<void()> on_change);
    ~DriverService();

    // What the store's lock says of us; before open(). By default: this process.
    void introduce(std::string owner) { owner_ = std::move(owner); }

    // Takes the store's lease and reads the store. Throws base::Error with what stands in the way.
    base::Task<void> open(model::DesiredState desired);
    bool is_open() const { return reconcile_ != nullptr; }

    // Once it is open:
    drive::Reconcile& reconcile() { return *reconcile_; }
    // Under the lease: for all that changes it.
    store::Store& store() { return *store_; }
    const store::FileStore& files() const { return *files_; }
    // Has domains driven that could not be proved for want of a port.
    void request_waiting_for_port();

private:
    drive::DriveContext drive_context();
    void show(const drive::Changes& changes);

    base::asio::any_io_executor executor_;
    base::Clock& clock_;
    ResponderService& responder_;
    OnStage on_stage_;
    std::function<void()> on_change_;
    std::string owner_ = store::this_owner();
    base::asio::thread_pool io_pool_{4};  // they wait for the disk
    base::asio::thread_pool key_pool_{2};
    process::CommandRunner commands_;
    http::TlsProbe probe_;
    std::shared_ptr<store::Lease> lease_;
    std::unique_ptr<store::FileStore> files_;
    std::unique_ptr<store::LeasedStore> store_;
    std::unique_ptr<drive::CaSessions> ca_sessions_;
    std::unique_ptr<drive::Reconcile> reconcile_;
};

}  // namespace md

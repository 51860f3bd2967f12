// SPDX-License-Identifier: Apache-2.0
// Everything a driving process is made of, put together: store, responder, CAs, hooks and the
// reconcile loop. `run`, `once` and `renew` differ only in what they ask of it.
#pragma once

#include "base/clock.hpp"
#include "challenge/challenge_board.hpp"
#include "drive/reach_proof.hpp"
#include "drive/reconcile.hpp"
#include "http/tls_probe.hpp"
#include "model/desired_state.hpp"
#include "process/command_runner.hpp"
#include "responder/responder.hpp"
#include "server/listener.hpp"
#include "store/file_store.hpp"
#include "store/lease.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace md {

using OnStage = std::function<void(const std::string& domain, std::string_view stage)>;

// Connections to CAs, over Beast.
drive::TransportFor transports(base::asio::any_io_executor executor);

// What is needed to find out whether the world reaches us.
struct Reach {
    drive::PostedProof proof;
    std::string http_obstacle, https_obstacle;  // "" = the port is listened on
};

class Engine {
public:
    // `on_change` is called after anything observed changed.
    Engine(
        base::asio::any_io_executor executor, model::DesiredState desired, OnStage on_stage,
        std::function<void()> on_change = [] {});
    ~Engine();

    // Listening sockets that the service manager opened; before open().
    void adopt(const std::vector<int>& descriptors);

    // What the store's lock says of us; before open(). By default: this process.
    void introduce(std::string owner) { owner_ = std::move(owner); }

    // Binds the ports, becomes the configured user, takes the store's lease and reads the store.
    // Throws base::Error with what stands in the way; a port that cannot be bound is a warning.
    base::Task<void> open();

    // What was configured, before open().
    const model::ServerSettings& configured() const { return desired_.server; }

    drive::Reconcile& reconcile() { return *reconcile_; }
    base::Clock& clock() { return clock_; }
    store::FileStore& store() { return *store_; }

    // A new configuration. Throws base::Error, and changes nothing, when it needs a restart.
    base::Task<void> reload(model::DesiredState desired);

    // Whether the ports are open now, without a proof.
    Reach ports() const;

    // Shows a proof of nothing for some minutes; one asked for before goes.
    Reach reach();

    // Until cancelled: tries again and again what could not be opened, and has domains that it kept
    // from being proved driven as soon as it is open.
    base::Task<void> keep_ports_open();

    // Frees the ports. What is still open on them ends, and is awaited. Whoever may be cancelled
    // says throw_if_cancelled(false) before.
    base::Task<void> close();

private:
    base::Task<void> open_all();
    acme::Solvers solvers_for(const model::Settings& settings);
    base::Task<void> await_reach(std::string domain, std::vector<model::DomainName> names);
    void open_ports(const model::DesiredState& desired);
    void retry_ports();
    std::string http_obstacle();
    std::string https_obstacle();
    bool keep_lease();
    void show(const model::ManagedDomain* changed);

    base::asio::any_io_executor executor_;
    model::DesiredState desired_;  // until reconcile_ has it
    OnStage on_stage_;
    std::function<void()> on_change_;
    std::string owner_ = store::this_owner();
    base::SystemClock clock_;
    base::asio::thread_pool io_pool_{4};  // they wait for the disk
    base::asio::thread_pool key_pool_{2};
    challenge::ChallengeBoard board_;
    responder::Responder responder_{board_};
    server::Listener listener_;
    drive::ReachProof reach_;
    process::CommandRunner hooks_;
    http::TlsProbe probe_;
    std::optional<store::Lease> lease_;
    std::unique_ptr<store::FileStore> store_;
    std::unique_ptr<drive::Authorities> authorities_;
    std::unique_ptr<drive::Reconcile> reconcile_;
};

}  // namespace md

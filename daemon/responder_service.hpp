// SPDX-License-Identifier: Apache-2.0
// The part of the daemon that answers on the ports of MDPortMap: the listener and what it says, the
// challenge board, and solvers that publish there.
#pragma once

#include "acme/challenge_solver.hpp"
#include "base/clock.hpp"
#include "challenge/challenge_board.hpp"
#include "deploy/live_files.hpp"
#include "drive/reconcile.hpp"
#include "drive/self_test.hpp"
#include "model/desired_state.hpp"
#include "responder/responder.hpp"
#include "server/listener.hpp"

#include <functional>
#include <string>
#include <vector>

namespace md {

// What is needed to find out whether the world reaches us.
struct Reach {
    drive::SelfTestToken proof;
    std::string http_reason, https_reason;  // "" = the port is listened on
};

class ResponderService {
public:
    // `on_port_available` is called once a port that was busy is listened on.
    ResponderService(base::asio::any_io_executor executor, base::Clock& clock,
                     std::function<void()> on_port_available);

    // Listening sockets that the service manager opened; before open().
    void adopt(const std::vector<int>& descriptors);

    // Opens the ports that are wanted now; one that cannot be opened is a warning. On those that
    // are opened from hold() on nothing is accepted until admit().
    void open(const model::DesiredState& desired);
    void hold() { listener_.hold(); }
    void admit() { listener_.admit(); }

    // What has changed. The live sets are read at handshakes; `reconcile` is there as long as
    // connections are.
    void show(const drive::Reconcile& reconcile, const deploy::LiveFiles& live,
              const drive::Changes& changes);

    // Those that an order of an MD with these settings may be proved by.
    acme::Solvers solvers_for(const model::Settings& settings);

    // Whether the ports are open now, without a proof.
    Reach ports() const;
    // Shows a proof of nothing for some minutes; one asked for before goes.
    Reach reach();
    // What the ports prove.
    challenge::ChallengeBoard& board() { return board_; }

    // Until cancelled: tries again and again what could not be opened.
    base::Task<void> keep_ports_open();

    // Frees the ports. What is still open on them ends, and is awaited. Whoever may be cancelled
    // says throw_if_cancelled(false) before.
    base::Task<void> close();

private:
    void show_one(const drive::Reconcile& reconcile, const std::string& domain);
    void retry();
    std::string http_reason();
    std::string https_reason();

    base::asio::any_io_executor executor_;
    base::Clock& clock_;
    std::function<void()> on_port_available_;
    challenge::ChallengeBoard board_;
    responder::Responder responder_{board_};
    server::Listener listener_;
    drive::SelfTest reach_;
};

}  // namespace md

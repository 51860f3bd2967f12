// SPDX-License-Identifier: Apache-2.0
// A responder behind a listener at work.
#pragma once

#include "challenge/challenge_board.hpp"
#include "responder/responder.hpp"
#include "server/served.hpp"

namespace md::test {

class Responding : public Served {
public:
    explicit Responding(server::Limits limits = {}) : Served(limits) {
        on_loop([this] {
            respond = [this](const auto& request) { return responder.respond(request); };
            offer = [this](const auto& hello) { return responder.offer(hello); };
        });
    }
    ~Responding() { close(); }
    Responding(const Responding&) = delete;
    Responding& operator=(const Responding&) = delete;

    md::challenge::ChallengeBoard board;
    md::responder::Responder responder{board};
};

}  // namespace md::test

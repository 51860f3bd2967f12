// SPDX-License-Identifier: Apache-2.0
// A proof of nothing: an answer under a token of our own, so that whoever asks for it by a name can
// see whether that name leads here.
#pragma once

#include "base/task.hpp"
#include "challenge/challenge_board.hpp"
#include "drive/preflight.hpp"

#include <chrono>
#include <optional>

namespace md::drive {

class SelfTest {
public:
    // The board outlives it.
    SelfTest(base::asio::any_io_executor executor, challenge::ChallengeBoard& board)
        : board_(board), over_(std::move(executor)) {}
    ~SelfTest() { withdraw(); }
    SelfTest(const SelfTest&) = delete;
    SelfTest& operator=(const SelfTest&) = delete;

    // A new one for so long; the former one goes.
    SelfTestToken show(std::chrono::seconds time);
    void withdraw();

private:
    challenge::ChallengeBoard& board_;
    base::asio::steady_timer over_;
    std::optional<challenge::ChallengeBoard::Handle> shown_;
};

}  // namespace md::drive

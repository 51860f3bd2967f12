// SPDX-License-Identifier: Apache-2.0
// A challenge on the board, of either kind: withdrawn when it is destroyed, and watched meanwhile.
#pragma once

#include "acme/challenge_solver.hpp"
#include "responder/sighting.hpp"

#include <functional>
#include <memory>
#include <utility>

namespace md::responder {

class PostedChallenge final : public acme::PreparedChallenge {
public:
    PostedChallenge(std::shared_ptr<Sighting> sighting, std::function<void()> withdraw)
        : sighting_(std::move(sighting)), withdraw_(std::move(withdraw)) {}
    ~PostedChallenge() override {
        withdraw_();
        sighting_->end();
    }
    PostedChallenge(const PostedChallenge&) = delete;
    PostedChallenge& operator=(const PostedChallenge&) = delete;

    base::Task<void> seen() override { return Sighting::quiet(sighting_); }

private:
    std::shared_ptr<Sighting> sighting_;
    std::function<void()> withdraw_;
};

}  // namespace md::responder

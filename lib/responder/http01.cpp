// SPDX-License-Identifier: Apache-2.0
// Posts the key authorization under the token; what was prepared withdraws it again.
#include "responder/http01.hpp"

#include "responder/posted_challenge.hpp"

#include <utility>

namespace md::responder {

Http01::Http01(base::asio::any_io_executor executor, ChallengeBoard& board,
               std::function<std::string()> obstacle)
    : executor_(std::move(executor)), board_(board), obstacle_(std::move(obstacle)) {}

base::Task<std::unique_ptr<acme::PreparedChallenge>> Http01::prepare(
    acme::ChallengeToProve challenge) {
    auto sighting = Sighting::start(executor_);
    std::string token = challenge.token;
    auto ticket = board_.post_http(
        token, {std::move(challenge.key_authorization), [sighting] { sighting->note(); }});
    auto withdraw = [&board = board_, token, ticket] { board.withdraw_http(token, ticket); };
    co_return std::make_unique<PostedChallenge>(std::move(sighting), std::move(withdraw));
}

}  // namespace md::responder

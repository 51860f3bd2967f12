// SPDX-License-Identifier: Apache-2.0
// Posts the key authorization under the name; what was prepared withdraws it again.
#include "responder/tls_alpn01.hpp"

#include "responder/posted_challenge.hpp"

#include <utility>

namespace md::responder {

TlsAlpn01::TlsAlpn01(base::asio::any_io_executor executor, ChallengeBoard& board,
                     std::function<std::string()> obstacle)
    : executor_(std::move(executor)), board_(board), obstacle_(std::move(obstacle)) {}

base::Task<std::unique_ptr<acme::PreparedChallenge>> TlsAlpn01::prepare(
    acme::ChallengeToProve challenge) {
    auto sighting = Sighting::start(executor_);
    std::string name = challenge.name.text();
    auto ticket = board_.post_tls(
        name, {std::move(challenge.key_authorization), [sighting] { sighting->note(); }});
    auto withdraw = [&board = board_, name, ticket] { board.withdraw_tls(name, ticket); };
    co_return std::make_unique<PostedChallenge>(std::move(sighting), std::move(withdraw));
}

}  // namespace md::responder

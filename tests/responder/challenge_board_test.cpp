// SPDX-License-Identifier: Apache-2.0
// The board: what is posted is shown, what is withdrawn is not, and nobody withdraws for another.
#include "responder/challenge_board.hpp"

#include "support/catch.hpp"

using md::responder::ChallengeBoard;

TEST_CASE("an empty board shows nothing") {
    ChallengeBoard board;
    CHECK(board.empty());
    CHECK(board.http("token") == nullptr);
    CHECK(board.tls("a.example") == nullptr);
}

TEST_CASE("tokens and names do not meet") {
    ChallengeBoard board;
    board.post_http("same", {"of http", {}});
    board.post_tls("same", {"of tls", {}});
    CHECK(board.http("same")->answer == "of http");
    CHECK(board.tls("same")->answer == "of tls");
}

TEST_CASE("a withdrawn posting is gone and the board empty again") {
    ChallengeBoard board;
    auto http = board.post_http("token", {"answer", {}});
    auto tls = board.post_tls("a.example", {"answer", {}});
    CHECK_FALSE(board.empty());
    board.withdraw_http("token", http);
    CHECK(board.http("token") == nullptr);
    CHECK(board.tls("a.example") != nullptr);
    board.withdraw_tls("a.example", tls);
    CHECK(board.empty());
}

TEST_CASE("the later posting of a token is shown, the former again when the later goes") {
    ChallengeBoard board;
    auto former = board.post_http("token", {"former", {}});
    auto later = board.post_http("token", {"later", {}});
    CHECK(board.http("token")->answer == "later");
    board.withdraw_http("token", later);
    REQUIRE(board.http("token") != nullptr);
    CHECK(board.http("token")->answer == "former");
    board.withdraw_http("token", former);
    CHECK(board.empty());
}

TEST_CASE("withdrawing the former posting leaves the later one standing") {
    ChallengeBoard board;
    auto former = board.post_tls("a.example", {"former", {}});
    board.post_tls("a.example", {"later", {}});
    board.withdraw_tls("a.example", former);
    REQUIRE(board.tls("a.example") != nullptr);
    CHECK(board.tls("a.example")->answer == "later");
}

TEST_CASE("withdrawing twice, or what was never posted, changes nothing") {
    ChallengeBoard board;
    auto ticket = board.post_http("token", {"answer", {}});
    board.withdraw_http("other", ticket);
    board.withdraw_http("token", ticket + 1);
    CHECK(board.http("token") != nullptr);
    board.withdraw_http("token", ticket);
    board.withdraw_http("token", ticket);
    CHECK(board.empty());
}

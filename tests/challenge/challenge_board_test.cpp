// SPDX-License-Identifier: Apache-2.0
// The board: what is published is shown, what is removed is not, and nothing else goes with it.
#include "challenge/challenge_board.hpp"

#include "support/catch.hpp"

using md::challenge::ChallengeBoard;

TEST_CASE("an empty board shows nothing") {
    ChallengeBoard board;
    CHECK(board.empty());
    CHECK(board.http("token") == nullptr);
    CHECK(board.tls("a.example") == nullptr);
}

TEST_CASE("tokens and names do not meet") {
    ChallengeBoard board;
    board.publish_http("same", {"of http", {}});
    board.publish_tls("same", {"of tls", {}});
    CHECK(board.http("same")->answer == "of http");
    CHECK(board.tls("same")->answer == "of tls");
}

TEST_CASE("a removed answer is gone and the board empty again") {
    ChallengeBoard board;
    auto http = board.publish_http("token", {"answer", {}});
    auto tls = board.publish_tls("a.example", {"answer", {}});
    CHECK_FALSE(board.empty());
    board.remove(http);
    CHECK(board.http("token") == nullptr);
    CHECK(board.tls("a.example") != nullptr);
    board.remove(tls);
    CHECK(board.empty());
}

TEST_CASE("the later answer of a token is shown, the former again when the later goes") {
    ChallengeBoard board;
    auto former = board.publish_http("token", {"former", {}});
    auto later = board.publish_http("token", {"later", {}});
    CHECK(board.http("token")->answer == "later");
    board.remove(later);
    REQUIRE(board.http("token") != nullptr);
    CHECK(board.http("token")->answer == "former");
    board.remove(former);
    CHECK(board.empty());
}

TEST_CASE("the later answer stands when the former is removed") {
    ChallengeBoard board;
    auto former = board.publish_tls("a.example", {"former", {}});
    board.publish_tls("a.example", {"later", {}});
    board.remove(former);
    REQUIRE(board.tls("a.example") != nullptr);
    CHECK(board.tls("a.example")->answer == "later");
}

TEST_CASE("removing twice, or what was never published, changes nothing") {
    ChallengeBoard board;
    auto handle = board.publish_http("token", {"answer", {}});
    auto never = handle;
    never.key = "other";
    board.remove(never);
    never = handle;
    ++never.number;
    board.remove(never);
    CHECK(board.http("token") != nullptr);
    board.remove(handle);
    board.remove(handle);
    CHECK(board.empty());
}

// SPDX-License-Identifier: Apache-2.0
// The life of the challenges that our own ports answer.
#include "challenge/board_solver.hpp"

#include "run.hpp"
#include "support/catch.hpp"

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace md;
using challenge::BoardSolver;
using challenge::ChallengeBoard;
using model::ChallengeType;
using test::Run;

namespace {

struct Bench {
    boost::asio::io_context loop;
    ChallengeBoard board;

    std::unique_ptr<BoardSolver> solver(ChallengeType type, std::string reason = "") {
        return std::make_unique<BoardSolver>(loop.get_executor(), board, type, std::move(reason));
    }
    void run(base::Task<void> task) {
        Run run(loop, std::move(task));
        loop.run();
        loop.restart();
        REQUIRE(run.how == "resumed");
    }
    void prepare(BoardSolver& solver, std::initializer_list<const char*> names) {
        std::vector<acme::ChallengeToProve> challenges;
        for (const std::string name : names)
            challenges.push_back({*model::Identifier::parse(name), "token-of-" + name,
                                  "token-of-" + name + ".thumb"});
        run(solver.prepare_all(std::move(challenges)));
    }
};

}  // namespace

TEST_CASE("http-01 publishes its tokens, is seen, and removes them") {
    Bench bench;
    auto solver = bench.solver(ChallengeType::http_01, "closed");
    CHECK(solver->type() == ChallengeType::http_01);
    CHECK(solver->reason_not_ready() == "closed");
    bench.prepare(*solver, {"a.example", "b.example"});
    REQUIRE(bench.board.http("token-of-a.example") != nullptr);
    REQUIRE(bench.board.http("token-of-b.example") != nullptr);
    CHECK(bench.board.http("token-of-a.example")->answer == "token-of-a.example.thumb");
    CHECK(bench.board.tls("a.example") == nullptr);
    Run seen(bench.loop, solver->seen());
    auto receipt = bench.board.http("token-of-a.example")->receipt;
    receipt->note();
    bench.loop.poll();
    CHECK(seen.how == "waiting");
    bench.board.http("token-of-b.example")->receipt->note();
    bench.loop.run();
    bench.loop.restart();
    CHECK(seen.how == "resumed");
    bench.run(solver->withdraw());
    CHECK(bench.board.empty());
    solver.reset();
    receipt->note();  // an answer on its way out when the challenge was withdrawn
}

TEST_CASE("tls-alpn-01 publishes its names, and removes them") {
    Bench bench;
    auto solver = bench.solver(ChallengeType::tls_alpn_01);
    CHECK(solver->type() == ChallengeType::tls_alpn_01);
    CHECK(solver->reason_not_ready().empty());
    bench.prepare(*solver, {"a.example"});
    REQUIRE(bench.board.tls("a.example") != nullptr);
    CHECK(bench.board.tls("a.example")->answer == "token-of-a.example.thumb");
    CHECK(bench.board.http("token-of-a.example") == nullptr);
    bench.run(solver->withdraw());
    CHECK(bench.board.empty());
}

TEST_CASE("the tls-alpn-01 answer of an address is found by its reverse name") {
    Bench bench;
    auto solver = bench.solver(ChallengeType::tls_alpn_01);
    bench.prepare(*solver, {"192.0.2.1"});
    CHECK(bench.board.tls("192.0.2.1") == nullptr);
    CHECK(bench.board.tls("1.2.0.192.in-addr.arpa") != nullptr);
}

TEST_CASE("nothing of what our ports answer is journalled, or stays when the solver is gone") {
    Bench bench;
    auto solver = bench.solver(ChallengeType::http_01);
    CHECK(
        solver->setups({{*model::Identifier::parse("a.example"), "token", "token.thumb"}}).empty());
    bench.prepare(*solver, {"a.example"});
    solver.reset();
    CHECK(bench.board.empty());
}

TEST_CASE("a solver may answer again once it has withdrawn, and waits anew") {
    Bench bench;
    auto solver = bench.solver(ChallengeType::http_01);
    bench.prepare(*solver, {"a.example"});
    bench.board.http("token-of-a.example")->receipt->note();
    bench.run(solver->withdraw());
    bench.prepare(*solver, {"b.example"});
    Run seen(bench.loop, solver->seen());
    bench.loop.poll();
    CHECK(seen.how == "waiting");
    bench.board.http("token-of-b.example")->receipt->note();
    bench.loop.run();
    CHECK(seen.how == "resumed");
}

TEST_CASE("two orders that share a token do not remove it from each other") {
    Bench bench;
    auto one = bench.solver(ChallengeType::http_01), other = bench.solver(ChallengeType::http_01);
    bench.prepare(*one, {"a.example"});
    bench.prepare(*other, {"a.example"});
    bench.run(one->withdraw());
    CHECK(bench.board.http("token-of-a.example") != nullptr);
    bench.run(other->withdraw());
    CHECK(bench.board.empty());
}

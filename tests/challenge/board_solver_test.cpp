// SPDX-License-Identifier: Apache-2.0
// Waiting for the validators to have come and gone, and the solvers that offer it.
#include "challenge/board_solver.hpp"

#include "challenge/validation_watch.hpp"
#include "support/catch.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <optional>
#include <string>

using namespace md;
using namespace std::chrono_literals;
using challenge::ChallengeBoard;
using challenge::ValidationWatch;
using model::ChallengeType;
using std::chrono::steady_clock;

namespace {

// Runs a task to its end and says how it went.
struct Run {
    explicit Run(boost::asio::io_context& loop, base::Task<void> task) {
        auto ended = [this](std::exception_ptr failed) {
            how = failed ? "failed" : "resumed";
            when = steady_clock::now();
        };
        base::asio::co_spawn(loop, std::move(task),
                             base::asio::bind_cancellation_slot(cancel.slot(), ended));
    }
    base::asio::cancellation_signal cancel;
    std::string how = "waiting";
    steady_clock::time_point when;
};

base::Task<void> prepare_into(acme::ChallengeSolver& solver, acme::ChallengeToProve challenge,
                              std::unique_ptr<acme::PreparedChallenge>& prepared) {
    prepared = co_await solver.prepare(std::move(challenge));
}

acme::ChallengeToProve challenge(const std::string& name = "a.example") {
    return {*model::DomainName::parse(name), "token", "token.thumb"};
}

std::unique_ptr<acme::PreparedChallenge> prepared_by(acme::ChallengeSolver& solver,
                                                     boost::asio::io_context& loop) {
    std::unique_ptr<acme::PreparedChallenge> prepared;
    Run run(loop, prepare_into(solver, challenge(), prepared));
    loop.run();
    loop.restart();
    REQUIRE(run.how == "resumed");
    return prepared;
}

}  // namespace

TEST_CASE("who waits is woken a quiet time after the last validator") {
    boost::asio::io_context loop;
    auto watch = ValidationWatch::start(loop.get_executor());
    Run run(loop, ValidationWatch::quiet(watch));
    loop.poll();
    CHECK(run.how == "waiting");
    watch->note();
    loop.poll();
    CHECK(run.how == "waiting");
    auto last = steady_clock::now();
    watch->note();
    loop.run();
    CHECK(run.how == "resumed");
    CHECK(run.when - last >= 25ms);
}

TEST_CASE("after three validators the quiet time is shorter") {
    boost::asio::io_context loop;
    auto watch = ValidationWatch::start(loop.get_executor());
    Run run(loop, ValidationWatch::quiet(watch));
    loop.poll();
    auto last = steady_clock::now();
    for (int i = 0; i < 3; ++i)
        watch->note();
    loop.run();
    CHECK(run.how == "resumed");
    CHECK(run.when - last >= 5ms);
    CHECK(run.when - last < 28ms);
}

TEST_CASE("a validator that came before anybody waited counts") {
    boost::asio::io_context loop;
    auto watch = ValidationWatch::start(loop.get_executor());
    watch->note();
    Run run(loop, ValidationWatch::quiet(watch));
    loop.run();
    CHECK(run.how == "resumed");
}

TEST_CASE("a second wait is for a further validator") {
    boost::asio::io_context loop;
    auto watch = ValidationWatch::start(loop.get_executor());
    watch->note();
    Run first(loop, ValidationWatch::quiet(watch));
    loop.run();
    loop.restart();
    Run second(loop, ValidationWatch::quiet(watch));
    loop.poll();
    CHECK(second.how == "waiting");
    watch->note();
    loop.run();
    CHECK(second.how == "resumed");
}

TEST_CASE("waiting can be cancelled, before and during the quiet time") {
    for (bool seen : {false, true}) {
        boost::asio::io_context loop;
        auto watch = ValidationWatch::start(loop.get_executor());
        if (seen)
            watch->note();
        Run run(loop, ValidationWatch::quiet(watch));
        loop.poll();
        CHECK(run.how == "waiting");
        run.cancel.emit(base::asio::cancellation_type::terminal);
        loop.run();
        CHECK(run.how == "failed");
    }
}

TEST_CASE("a waiter loses nothing but the wait when the watch ends") {
    boost::asio::io_context loop;
    auto watch = ValidationWatch::start(loop.get_executor());
    Run run(loop, ValidationWatch::quiet(watch));
    loop.poll();
    watch->end();
    watch.reset();
    loop.run();
    CHECK(run.how == "failed");
}

TEST_CASE("http-01 publishes its token, is seen, and removes it") {
    boost::asio::io_context loop;
    ChallengeBoard board;
    challenge::BoardSolver solver(loop.get_executor(), board, ChallengeType::http_01,
                                  [] { return "closed"; });
    CHECK(solver.type() == ChallengeType::http_01);
    CHECK(solver.obstacle() == "closed");
    auto prepared = prepared_by(solver, loop);
    REQUIRE(board.http("token") != nullptr);
    CHECK(board.http("token")->answer == "token.thumb");
    CHECK(board.tls("a.example") == nullptr);
    Run run(loop, prepared->seen());
    loop.poll();
    auto on_seen = board.http("token")->on_seen;
    on_seen();
    loop.run();
    CHECK(run.how == "resumed");
    prepared.reset();
    CHECK(board.empty());
    on_seen();  // an answer on its way out when the challenge was withdrawn
}

TEST_CASE("tls-alpn-01 publishes its name, is seen, and removes it") {
    boost::asio::io_context loop;
    ChallengeBoard board;
    challenge::BoardSolver solver(loop.get_executor(), board, ChallengeType::tls_alpn_01,
                                  [] { return ""; });
    CHECK(solver.type() == ChallengeType::tls_alpn_01);
    CHECK(solver.obstacle().empty());
    auto prepared = prepared_by(solver, loop);
    REQUIRE(board.tls("a.example") != nullptr);
    CHECK(board.tls("a.example")->answer == "token.thumb");
    Run run(loop, prepared->seen());
    loop.poll();
    CHECK(run.how == "waiting");
    prepared.reset();
    CHECK(board.empty());
    loop.run();
    CHECK(run.how == "failed");
}

TEST_CASE("two orders that share a token do not remove it from each other") {
    boost::asio::io_context loop;
    ChallengeBoard board;
    challenge::BoardSolver solver(loop.get_executor(), board, ChallengeType::http_01,
                                  [] { return ""; });
    auto one = prepared_by(solver, loop), other = prepared_by(solver, loop);
    one.reset();
    CHECK(board.http("token") != nullptr);
    other.reset();
    CHECK(board.empty());
}

TEST_CASE("a loop that ends with somebody waiting leaves nothing behind") {
    auto loop = std::make_unique<boost::asio::io_context>();
    ChallengeBoard board;
    std::optional<Run> run;
    {
        auto watch = ValidationWatch::start(loop->get_executor());
        run.emplace(*loop, ValidationWatch::quiet(watch));
        loop->poll();
    }
    CHECK(run->how == "waiting");
    run.reset();
    loop.reset();
}

// SPDX-License-Identifier: Apache-2.0
// The daemon asks itself before the CA comes: on a real responder of this machine.
#include "drive/self_test_wait.hpp"

#include "challenge/challenge_board.hpp"
#include "drive/self_test.hpp"
#include "responder/responder.hpp"
#include "server/listener.hpp"
#include "support/catch.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>

using namespace md;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

std::uint16_t free_port(asio::io_context& context) {
    asio::ip::tcp::acceptor probe(context, {asio::ip::address_v4::loopback(), 0});
    return probe.local_endpoint().port();
}

struct Outcome {
    std::string reason = "it never ended";
    std::chrono::steady_clock::duration took{};
};

Outcome await_reach(asio::io_context& context, const char* name, drive::SelfTestToken proof,
                    drive::SelfTestLimits limits) {
    Outcome outcome;
    const auto begun = std::chrono::steady_clock::now();
    asio::co_spawn(context,
                   drive::self_test_passed({model::Identifier::parse(name).value()}, proof, limits),
                   [&](std::exception_ptr failed, std::string reason) {
                       outcome.reason = failed ? "it threw" : std::move(reason);
                       outcome.took = std::chrono::steady_clock::now() - begun;
                       context.stop();
                   });
    context.run();
    context.restart();
    return outcome;
}

}  // namespace

TEST_CASE("a name that leads here is asked for until its answer comes back, or the time is over") {
    asio::io_context context;
    challenge::ChallengeBoard board;
    responder::Responder shown(board);
    server::Listener listener(
        context.get_executor(), [&](const auto& request) { return shown.respond(request); },
        nullptr);
    drive::SelfTest reach(context.get_executor(), board);
    drive::SelfTestLimits limits;
    limits.port = free_port(context);
    limits.longest = 300ms;
    limits.between = 20ms;

    // Nobody listens: never a gate, and what is in the way is told.
    const drive::SelfTestToken proof = reach.show(1min);
    Outcome outcome = await_reach(context, "localhost", proof, limits);
    CHECK_THAT(outcome.reason, Catch::Contains("localhost at "));
    CHECK(outcome.took >= limits.longest);

    // A server that begins to pass the questions on while they are asked.
    limits.longest = 20s;
    asio::steady_timer later(context, 60ms);
    later.async_wait([&](boost::system::error_code) {
        server::ListenEndpoints endpoints;
        endpoints.http = {{"localhost", limits.port}};
        listener.open(endpoints);
    });
    outcome = await_reach(context, "localhost", proof, limits);
    CHECK(outcome.reason == "");
    CHECK(outcome.took < limits.longest);
    asio::co_spawn(context, listener.close(), asio::detached);
    context.run();
}

TEST_CASE("a name that leads elsewhere, or nowhere, is not asked for") {
    asio::io_context context;
    drive::SelfTestLimits limits;
    limits.port = free_port(context);
    const Outcome outcome = await_reach(context, "name.invalid", {"token", "answer"}, limits);
    CHECK(outcome.reason == "");
    CHECK(outcome.took < limits.longest);
}

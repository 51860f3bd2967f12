// SPDX-License-Identifier: Apache-2.0
// Waiting for the validators to have come and gone.
#include "challenge/validation_watch.hpp"

#include "run.hpp"
#include "support/catch.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

using namespace md;
using namespace std::chrono_literals;
using challenge::ValidationWatch;
using std::chrono::steady_clock;
using test::Run;

namespace {

std::shared_ptr<ValidationWatch> watch_of(boost::asio::io_context& loop, unsigned challenges) {
    auto watch = ValidationWatch::start(loop.get_executor());
    for (unsigned i = 0; i < challenges; ++i)
        watch->expect();
    return watch;
}

}  // namespace

TEST_CASE("who waits is woken a quiet time after the last validator") {
    boost::asio::io_context loop;
    auto watch = watch_of(loop, 1);
    Run run(loop, ValidationWatch::quiet(watch));
    loop.poll();
    CHECK(run.how == "waiting");
    watch->receipt(0)->note();
    loop.poll();
    CHECK(run.how == "waiting");
    auto last = steady_clock::now();
    watch->receipt(0)->note();
    loop.run();
    CHECK(run.how == "resumed");
    CHECK(run.when - last >= 25ms);
}

TEST_CASE("after three validators the quiet time is shorter") {
    boost::asio::io_context loop;
    auto watch = watch_of(loop, 1);
    Run run(loop, ValidationWatch::quiet(watch));
    loop.poll();
    auto last = steady_clock::now();
    for (int i = 0; i < 3; ++i)
        watch->receipt(0)->note();
    // A timer of the same loop: a busy machine delays both, and they end in their order.
    boost::asio::steady_timer usual(loop, 20ms);
    std::string by_then;
    usual.async_wait(
        [&](boost::system::error_code) { boost::asio::post(loop, [&] { by_then = run.how; }); });
    loop.run();
    CHECK(by_then == "resumed");
    CHECK(run.when - last >= 5ms);
}

TEST_CASE("a validator that came before anybody waited counts") {
    boost::asio::io_context loop;
    auto watch = watch_of(loop, 1);
    watch->receipt(0)->note();
    Run run(loop, ValidationWatch::quiet(watch));
    loop.run();
    CHECK(run.how == "resumed");
}

TEST_CASE("a second wait is for a further validator") {
    boost::asio::io_context loop;
    auto watch = watch_of(loop, 1);
    watch->receipt(0)->note();
    Run first(loop, ValidationWatch::quiet(watch));
    loop.run();
    loop.restart();
    Run second(loop, ValidationWatch::quiet(watch));
    loop.poll();
    CHECK(second.how == "waiting");
    watch->receipt(0)->note();
    loop.run();
    CHECK(second.how == "resumed");
}

TEST_CASE("a first wait is for a validator of each challenge, a further one for any") {
    boost::asio::io_context loop;
    auto watch = watch_of(loop, 2);
    Run first(loop, ValidationWatch::quiet(watch));
    auto another = watch_of(loop, 1);
    Run later(loop, ValidationWatch::quiet(another));
    for (int i = 0; i < 3; ++i)
        watch->receipt(0)->note();
    for (int i = 0; i < 3; ++i)
        another->receipt(0)->note();
    while (later.how == "waiting")
        loop.run_one();
    CHECK(first.how == "waiting");
    watch->receipt(1)->note();
    loop.run();
    loop.restart();
    CHECK(first.how == "resumed");
    Run second(loop, ValidationWatch::quiet(watch));
    watch->receipt(0)->note();
    loop.run();
    CHECK(second.how == "resumed");
}

TEST_CASE("waiting can be cancelled, before and during the quiet time") {
    for (bool seen : {false, true}) {
        boost::asio::io_context loop;
        auto watch = watch_of(loop, 1);
        if (seen)
            watch->receipt(0)->note();
        Run run(loop, ValidationWatch::quiet(watch));
        loop.poll();
        CHECK(run.how == "waiting");
        run.cancel.emit(base::asio::cancellation_type::terminal);
        loop.run();
        CHECK(run.how == "failed");
    }
}

TEST_CASE("a loop that ends with somebody waiting leaves nothing behind") {
    auto loop = std::make_unique<boost::asio::io_context>();
    std::optional<Run> run;
    {
        auto watch = watch_of(*loop, 1);
        run.emplace(*loop, ValidationWatch::quiet(watch));
        loop->poll();
    }
    CHECK(run->how == "waiting");
    run.reset();
    loop.reset();
}

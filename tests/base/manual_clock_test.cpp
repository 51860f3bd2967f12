// SPDX-License-Identifier: Apache-2.0
// The manual clock other tests rely on: waits end when time is moved, and only then.
#include "support/manual_clock.hpp"

#include "support/catch.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <string>

using namespace std::chrono_literals;
using md::base::Task;
using md::support::ManualClock;
namespace asio = boost::asio;

namespace {

Task<void> note_after(ManualClock& clock, std::chrono::milliseconds pause, std::string& notes,
                      char note) {
    co_await clock.wait(pause);
    notes += note;
}

Task<void> wait_often(ManualClock& clock, int times, std::chrono::milliseconds pause) {
    for (int i = 0; i < times; ++i)
        co_await clock.wait(pause);
}

struct Ended {
    bool called = false;
    std::exception_ptr failed;
    void operator()(std::exception_ptr error) {
        called = true;
        failed = error;
    }
};

}  // namespace

TEST_CASE("a wait lasts until time was moved far enough") {
    asio::io_context ioc;
    ManualClock clock;
    std::string notes;
    asio::co_spawn(ioc, note_after(clock, 10s, notes, 'a'), asio::detached);
    ioc.poll();
    CHECK(clock.waiting() == 1);
    clock.advance(9999ms);
    ioc.poll();
    CHECK(notes.empty());
    clock.advance(1ms);
    ioc.poll();
    CHECK(notes == "a");
    CHECK(clock.waiting() == 0);
    CHECK(clock.now() == ManualClock::default_start() + 10s);
}

TEST_CASE("waits that end in one advance resume in the order of their ends") {
    asio::io_context ioc;
    ManualClock clock;
    std::string notes;
    asio::co_spawn(ioc, note_after(clock, 30s, notes, 'c'), asio::detached);
    asio::co_spawn(ioc, note_after(clock, 10s, notes, 'a'), asio::detached);
    asio::co_spawn(ioc, note_after(clock, 20s, notes, 'b'), asio::detached);
    ioc.poll();
    clock.advance(1h);
    ioc.poll();
    CHECK(notes == "abc");
}

TEST_CASE("advance_to_next goes from one end to the next and says when nobody waits") {
    asio::io_context ioc;
    ManualClock clock;
    asio::co_spawn(ioc, wait_often(clock, 3, 7s), asio::detached);
    ioc.poll();
    int steps = 0;
    while (clock.advance_to_next()) {
        ++steps;
        ioc.restart();
        ioc.poll();
    }
    CHECK(steps == 3);
    CHECK(clock.now() == ManualClock::default_start() + 21s);
}

TEST_CASE("a cancelled wait throws and is forgotten") {
    asio::io_context ioc;
    ManualClock clock;
    asio::cancellation_signal signal;
    Ended ended;
    std::string notes;
    asio::co_spawn(ioc, note_after(clock, 10s, notes, 'a'),
                   asio::bind_cancellation_slot(signal.slot(), std::ref(ended)));
    ioc.poll();
    signal.emit(asio::cancellation_type::terminal);
    ioc.poll();
    REQUIRE(ended.called);
    CHECK_THROWS_AS(std::rethrow_exception(ended.failed), boost::system::system_error);
    CHECK(notes.empty());
    CHECK(clock.waiting() == 0);
    CHECK_FALSE(clock.advance_to_next());
}

TEST_CASE("a jump of the wall clock ends no wait") {
    asio::io_context ioc;
    ManualClock clock;
    std::string notes;
    asio::co_spawn(ioc, note_after(clock, 10s, notes, 'a'), asio::detached);
    ioc.poll();
    clock.set(ManualClock::default_start() + 24h * 3650);
    ioc.poll();
    CHECK(notes.empty());
    CHECK(clock.now() == ManualClock::default_start() + 24h * 3650);
    clock.advance(10s);
    ioc.poll();
    CHECK(notes == "a");
    CHECK(clock.now() == ManualClock::default_start() + 24h * 3650 + 10s);
}

TEST_CASE("with auto_advance a straight-line coroutine runs through weeks at once") {
    asio::io_context ioc;
    ManualClock clock;
    clock.auto_advance(true);
    asio::co_spawn(ioc, wait_often(clock, 1000, 12h), asio::detached);
    ioc.run();
    CHECK(clock.now() == ManualClock::default_start() + 12000h);
}

TEST_CASE("a wait with auto_advance is cancellable too") {
    asio::io_context ioc;
    ManualClock clock;
    clock.auto_advance(true);
    asio::cancellation_signal signal;
    Ended ended;
    asio::co_spawn(ioc, wait_often(clock, 1000000, 1s),
                   asio::bind_cancellation_slot(signal.slot(), std::ref(ended)));
    ioc.poll_one();
    ioc.poll_one();
    signal.emit(asio::cancellation_type::terminal);
    ioc.run();
    REQUIRE(ended.called);
    CHECK(ended.failed);
    CHECK(clock.now() < ManualClock::default_start() + 10s);
}

TEST_CASE("a context destroyed with waits alive outlives the clock without harm") {
    asio::io_context ioc;
    std::string notes;
    {
        ManualClock clock;
        asio::co_spawn(ioc, note_after(clock, 10s, notes, 'a'), asio::detached);
        ioc.poll();
    }
    CHECK(notes.empty());
}

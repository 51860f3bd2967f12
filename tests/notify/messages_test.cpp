// SPDX-License-Identifier: Apache-2.0
// How often MDMessageCmd is run for what.
#include "notify/messages.hpp"

#include "support/catch.hpp"
#include "world.hpp"

using namespace md;
using namespace md::notify;
using namespace std::chrono_literals;

namespace {

using test::start;

struct World : test::World {
    World() { server.message_command = {"/bin/message"}; }
    void warned(sys_seconds when) { told().warned = when; }
    std::optional<sys_seconds> next(sys_seconds now) const {
        return next_expiry_warning(server, wanted, held, now);
    }
};

}  // namespace

TEST_CASE("reason and name are the last arguments") {
    CHECK(message_for({"/bin/message", "an argument"}, reason::renewed, "a.org") ==
          std::vector<std::string>{"/bin/message", "an argument", "renewed", "a.org"});
    CHECK(reason::challenge_setup(model::ChallengeType::http_01,
                                  *model::Identifier::parse("www.a.org")) ==
          "challenge-setup:http-01:www.a.org");
}

TEST_CASE("attempts and their failures are told of once an hour") {
    CHECK(is_told_lately(start, start));
    CHECK(is_told_lately(start, start + 59min));
    CHECK_FALSE(is_told_lately(start, start + 1h));
    CHECK_FALSE(is_told_lately(start, start - 1s));  // a clock that jumped
    CHECK_FALSE(is_told_lately({}, start));
}

TEST_CASE("a certificate that expires is told of daily from MDWarnWindow on") {
    World world;
    sys_seconds first = start + 90 * 24h;  // 10 % of the lifetime by default
    CHECK(world.next(start) == first);
    CHECK(world.next(first + 5 * 24h) == first);  // was not running: told now
    world.warned(first);
    CHECK(world.next(first) == first + 24h);
    world.told().unwarned = first + 24h;
    CHECK(world.next(first + 24h) == first + 25h);
    world.warned(first + 25h);
    CHECK(world.next(first + 25h) == first + 49h);

    world.wanted.settings.edit().warn_window = model::Window::duration(5 * 24h);
    CHECK(world.next(first + 25h) == start + 95 * 24h);
}

TEST_CASE("the certificate that ends first is warned of, and none without a command") {
    World world;
    world.held.certificates.push_back(world.held.certificates[0]);
    world.held.certificates[1].not_after = start + 50 * 24h;
    CHECK(world.next(start) == start + 45 * 24h);
    world.held.state.recorded = false;
    CHECK(world.next(start) == start + 45 * 24h);
    world.server.message_command.clear();
    CHECK_FALSE(world.next(start));
    world = World();
    world.held.certificates.clear();
    CHECK_FALSE(world.next(start));
}

TEST_CASE("what was told by a clock that ran ahead is told again") {
    World world;
    sys_seconds now = start + 91 * 24h;
    world.warned(now + 365 * 24h);
    CHECK(world.next(now) == start + 90 * 24h);
}

TEST_CASE("the call that is made again is the one that failed") {
    World world;
    model::Delivery& told = world.told();
    auto failed = [&] { return failed_call(world.server, told); };
    world.server.notify_command = {"/bin/reload"};
    told.notification.owed = told.message.owed = true;
    CHECK_FALSE(failed());  // waits, and has not failed
    told.notification.errors = 2;
    told.notification.next = start + 5s;
    told.notification.reason = "exit status 2, first";
    REQUIRE(failed());
    CHECK(failed()->directive == "MDNotifyCmd");
    CHECK(failed()->errors == 2);
    CHECK(failed()->next == start + 5s);
    CHECK(failed()->why == "exit status 2, first");

    told.notification.owed = false;
    told.notification.errors = 0;
    CHECK_FALSE(failed());
    told.message.errors = 1;
    told.message.next = start + 9s;
    told.message.reason = "exit status 3";
    REQUIRE(failed());
    CHECK(failed()->directive == "MDMessageCmd");
    CHECK(failed()->errors == 1);
    CHECK(failed()->next == start + 9s);
    CHECK(failed()->why == "exit status 3");
    told.message.owed = false;
    CHECK_FALSE(failed());
}

TEST_CASE("a new set is told of once MDNotifyCmd has succeeded, and again until it worked") {
    World world;
    model::Delivery& told = world.told();
    auto next_call = [&] { return next_message(world.server, world.held, start); };
    told.message.owed = true;
    REQUIRE(next_call());
    CHECK(*next_call() <= start);
    told.notification.owed = true;
    CHECK(next_call());  // without MDNotifyCmd that is nobody's business
    world.server.notify_command = {"/bin/reload"};
    CHECK_FALSE(next_call());
    told.notification.owed = false;
    CHECK(*next_call() <= start);
    told.message.errors = 1;
    told.message.next = start + 5s;
    CHECK(next_call() == start + 5s);
    told.message.next = start + 400 * 24h;  // a clock that jumped
    CHECK(*next_call() <= start);
    told.message.owed = false;
    CHECK_FALSE(next_call());
    told.message.owed = true;
    world.server.message_command.clear();
    CHECK_FALSE(next_call());
    CHECK_FALSE(next_message(World().server, model::ObservedDomain(), start));
}

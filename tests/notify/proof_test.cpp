// SPDX-License-Identifier: Apache-2.0
// What follows from looking at what is served, over simulated days.
#include "notify/proof.hpp"

#include "support/catch.hpp"
#include "world.hpp"

using namespace md;
using namespace md::notify;
using namespace std::chrono_literals;

namespace {

using test::start;

struct World : test::World {
    World() {
        server.notify_command = {"/bin/reload"};
        wanted.settings.edit().served_at = {{"a.org", 443}};
        told().notification.owed = true;
    }
    Proof proof() const { return proof_of(server, wanted, held); }
    std::optional<sys_seconds> next() const { return next_look(server, wanted, held, now); }
    void notified() {
        told().notification.owed = false;
        expect_new_certificate(told(), now);
    }
    // Waits for the next look; says how long that was.
    std::chrono::seconds look(const std::string& instead = "") {
        auto waited = *next() - now;
        now += waited;
        note_look(server, told(), instead, now);
        return waited;
    }

    sys_seconds now = start;
};

}  // namespace

TEST_CASE("a set is issued, then installed, then confirmed, and looked at daily from then on") {
    World world;
    CHECK(world.proof() == Proof::issued);
    CHECK_FALSE(world.next());
    world.notified();
    CHECK(world.proof() == Proof::installed);
    CHECK(world.look() == 1s);
    CHECK(world.proof() == Proof::confirmed);
    for (int day = 0; day < 100; ++day)
        CHECK(world.look() == 24h);
    CHECK_FALSE(world.told().notification.owed);
}

TEST_CASE("a server that takes its time to reload is not told again") {
    World world;
    world.notified();
    CHECK(world.look("the former one") == 1s);
    CHECK(world.look("the former one") == 5s);
    CHECK(world.look("the former one") == 10s);
    CHECK(world.proof() == Proof::installed);
    CHECK(world.look() == 15s);
    CHECK(world.proof() == Proof::confirmed);
    CHECK_FALSE(world.told().notification.owed);
    CHECK(world.told().served->instead == "");
}

TEST_CASE("a certificate that is not seen is notified again, then warned of") {
    World world;
    world.notified();
    for (int i = 0; i < 4; ++i)
        world.look("the former one");
    CHECK(world.now == start + 31s);
    CHECK(world.proof() == Proof::issued);  // the notification is owed again
    CHECK(world.told().notification.owed);
    CHECK_FALSE(world.next());
    world.notified();
    CHECK(world.proof() == Proof::installed);
    for (int i = 0; i < 4; ++i)
        world.look("the former one");
    CHECK(world.proof() == Proof::unconfirmed);
    CHECK_FALSE(world.told().notification.owed);  // and not owed a third time
    CHECK(world.told().served->instead == "the former one");
    CHECK(world.look("the former one") == 1h);
    CHECK(world.proof() == Proof::unconfirmed);
    CHECK_FALSE(world.told().notification.owed);
    CHECK(world.look() == 1h);
    CHECK(world.proof() == Proof::confirmed);
}

TEST_CASE("a server that loses a confirmed certificate is told of it") {
    World world;
    world.notified();
    world.look();
    CHECK(world.look("a self-signed one") == 24h);
    CHECK(world.proof() == Proof::installed);
    for (int i = 0; i < 3; ++i)
        world.look("a self-signed one");
    CHECK(world.proof() == Proof::issued);
}

TEST_CASE("without a notify command nobody is told, and the warning comes after the first round") {
    World world;
    world.server.notify_command.clear();
    CHECK(world.proof() == Proof::installed);
    CHECK(world.next() == world.now);
    for (int i = 0; i < 4; ++i)
        world.look("connection refused");
    CHECK(world.proof() == Proof::unconfirmed);
    CHECK(world.look() == 1h);
    CHECK(world.proof() == Proof::confirmed);
}

TEST_CASE("without a notify command it is MDMessageCmd that is told again") {
    World world;
    world.server.notify_command.clear();
    world.server.message_command = {"/bin/message"};
    world.told().notification.owed = false;
    world.told().message.owed = true;
    CHECK(world.proof() == Proof::issued);
    world.told().message.owed = false;
    for (int i = 0; i < 4; ++i)
        world.look("the former one");
    CHECK(world.proof() == Proof::issued);
    CHECK(world.told().message.owed);
    // With one it is not told a second time of the same set.
    World both;
    both.server.message_command = {"/bin/message"};
    both.notified();
    for (int i = 0; i < 4; ++i)
        both.look("the former one");
    CHECK(both.proof() == Proof::issued);
    CHECK_FALSE(both.told().message.owed);
}

TEST_CASE("nothing is looked at without MDServedAt, a set, or a time that can be true") {
    World world;
    world.notified();
    world.told().served.edit().next = world.now + 24h * 400;  // the clock was wrong then
    CHECK(world.next() == world.now);
    world.wanted.settings.edit().served_at.clear();
    CHECK_FALSE(world.next());
    CHECK(world.proof() == Proof::none);
    World empty;
    empty.held.certificates.clear();
    CHECK(empty.proof() == Proof::none);
}

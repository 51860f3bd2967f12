// SPDX-License-Identifier: Apache-2.0
// Who stays and who goes when there are many: with made-up guests and a made-up time.
#include "responder/crowd.hpp"

#include "support/catch.hpp"

#include <memory>
#include <string>
#include <vector>

using md::responder::Crowd;

namespace {

struct Room {
    explicit Room(unsigned total = 4, unsigned per_peer = 4) : crowd(total, per_peer) {}

    void enter(const std::string& name, Crowd::Peer peer = 1) {
        names.push_back(name);
        places.push_back(std::unique_ptr<Crowd::Place>(new Crowd::Place(crowd.enter(
            peer, [this, name] { gone += name; }, at(clock)))));
    }
    Crowd::Place& place(const std::string& name) {
        for (std::size_t i = 0; i < names.size(); ++i)
            if (names[i] == name)
                return *places[i];
        throw name;
    }
    void leave(const std::string& name) {
        for (std::size_t i = 0; i < names.size(); ++i)
            if (names[i] == name)
                places[i].reset();
    }
    static Crowd::Time at(int second) { return Crowd::Time{} + std::chrono::seconds(second); }

    Crowd crowd;
    std::vector<std::string> names;
    std::vector<std::unique_ptr<Crowd::Place>> places;
    std::string gone;
    int clock = 0;
};

}  // namespace

TEST_CASE("the one waited for the longest gives way when the room is full") {
    Room room(2);
    room.enter("a");
    room.enter("b");
    CHECK(room.gone.empty());
    room.enter("c");
    CHECK(room.gone == "a");
    CHECK(room.crowd.size() == 2);
    CHECK(room.place("a").dismissed());
    CHECK_FALSE(room.place("b").dismissed());
}

TEST_CASE("whoever completed something goes to the end of the line") {
    Room room(2);
    room.enter("a");
    room.enter("b");
    room.place("a").renew(Room::at(5));
    room.enter("c");
    CHECK(room.gone == "b");
}

TEST_CASE("a peer with too many loses its own oldest, not somebody else's") {
    Room room(10, 2);
    room.enter("other", 7);
    room.enter("a", 1);
    room.enter("b", 1);
    room.enter("c", 1);
    CHECK(room.gone == "a");
    room.enter("d", 7);
    CHECK(room.gone == "a");
    CHECK(room.crowd.size() == 4);
}

TEST_CASE("a peer at its own limit does not cost the full room anybody else") {
    Room room(3, 2);
    room.enter("x", 7);
    room.enter("a", 1);
    room.enter("b", 1);
    room.enter("c", 1);
    CHECK(room.gone == "a");
}

TEST_CASE("those who left make room") {
    Room room(2, 2);
    room.enter("a");
    room.enter("b");
    room.leave("b");
    CHECK(room.crowd.size() == 1);
    room.enter("c");
    CHECK(room.gone.empty());
}

TEST_CASE("a dismissed guest who leaves later is not counted twice") {
    Room room(2, 2);
    room.enter("a");
    room.enter("b");
    room.enter("c");
    CHECK(room.gone == "a");
    room.place("a").renew(Room::at(1));
    room.leave("a");
    CHECK(room.crowd.size() == 2);
    room.enter("d");
    CHECK(room.gone == "ab");
    room.leave("b");
    room.leave("c");
    room.leave("d");
    CHECK(room.crowd.size() == 0);
    CHECK_FALSE(room.crowd.oldest());
}

TEST_CASE("time runs out in the order of the last completed request") {
    Room room;
    room.enter("a");
    room.clock = 1;
    room.enter("b");
    room.clock = 2;
    room.enter("c");
    room.place("a").renew(Room::at(3));
    CHECK(room.crowd.oldest() == Room::at(1));
    room.crowd.dismiss_waiting_since(Room::at(0));
    CHECK(room.gone.empty());
    room.crowd.dismiss_waiting_since(Room::at(2));
    CHECK(room.gone == "bc");
    CHECK(room.crowd.oldest() == Room::at(3));
}

TEST_CASE("everybody can be dismissed, and nobody more than once") {
    Room room;
    room.enter("a");
    room.enter("b");
    room.crowd.dismiss_all();
    room.crowd.dismiss_all();
    CHECK(room.gone == "ab");
    CHECK_FALSE(room.crowd.dismiss_oldest());
}

TEST_CASE("whoever turns out to be another's counts as that peer's, and costs only that peer") {
    Room room(10, 2);
    room.enter("client", 7);
    room.enter("proxied", 100);
    room.enter("also proxied", 101);
    room.place("proxied").belongs_to(7);
    CHECK(room.gone.empty());
    room.place("also proxied").belongs_to(7);
    CHECK(room.gone == "client");
    CHECK(room.crowd.size() == 2);
    room.enter("a", 100);  // what they were counted as before is free again
    room.enter("b", 100);
    CHECK(room.gone == "client");
    room.place("client").belongs_to(100);  // who is gone counts no more
    CHECK(room.crowd.size() == 4);
}

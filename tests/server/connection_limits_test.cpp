// SPDX-License-Identifier: Apache-2.0
// Which connections stay and which go when there are many: with sockets that lead nowhere and a
// made-up time.
#include "server/connection_limits.hpp"

#include "server/stream.hpp"
#include "support/catch.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <sys/socket.h>
#include <vector>

using md::server::ConnectionLimits;

namespace {

using Socket = md::server::ConnectedSocket;

struct Connections {
    explicit Connections(unsigned total = 4, unsigned per_peer = 4) : limits(total, per_peer) {}

    void enter(const std::string& name, ConnectionLimits::Peer peer = 1) {
        open.push_back(std::make_unique<Open>(*this, name, peer));
    }
    ConnectionLimits::Slot& slot(const std::string& name) { return *of(name).slot; }
    void leave(const std::string& name) { of(name).slot.reset(); }
    // The names of those whose stream was closed, in the order in which they came.
    std::string evicted() const {
        std::string names;
        for (const auto& one : open)
            names += one->stream.is_open() ? "" : one->name;
        return names;
    }
    static ConnectionLimits::Time at(int second) {
        return ConnectionLimits::Time{} + std::chrono::seconds(second);
    }

    struct Open {
        Open(Connections& connections, std::string called, ConnectionLimits::Peer peer)
            : name(std::move(called)),
              stream(Socket(connections.loop, Socket::protocol_type(AF_UNIX, SOCK_STREAM))),
              slot(new ConnectionLimits::Slot(
                  connections.limits.enter(peer, stream, at(connections.clock)))) {}
        std::string name;
        md::server::Stream stream;
        std::unique_ptr<ConnectionLimits::Slot> slot;
    };
    Open& of(const std::string& name) {
        for (auto& one : open)
            if (one->name == name)
                return *one;
        throw name;
    }

    boost::asio::io_context loop;
    ConnectionLimits limits;
    std::vector<std::unique_ptr<Open>> open;
    int clock = 0;
};

}  // namespace

TEST_CASE("the one waited for the longest is evicted when there are too many") {
    Connections connections(2);
    connections.enter("a");
    connections.enter("b");
    CHECK(connections.evicted().empty());
    connections.enter("c");
    CHECK(connections.evicted() == "a");
    CHECK(connections.limits.size() == 2);
    CHECK(connections.slot("a").evicted());
    CHECK_FALSE(connections.slot("b").evicted());
}

TEST_CASE("what completed something comes last") {
    Connections connections(2);
    connections.enter("a");
    connections.enter("b");
    connections.slot("a").renew(Connections::at(5));
    connections.enter("c");
    CHECK(connections.evicted() == "b");
}

TEST_CASE("a peer with too many loses its own oldest, not another's") {
    Connections connections(10, 2);
    connections.enter("other", 7);
    connections.enter("a", 1);
    connections.enter("b", 1);
    connections.enter("c", 1);
    CHECK(connections.evicted() == "a");
    connections.enter("d", 7);
    CHECK(connections.evicted() == "a");
    CHECK(connections.limits.size() == 4);
}

TEST_CASE("a peer at its own limit costs no other peer a connection") {
    Connections connections(3, 2);
    connections.enter("x", 7);
    connections.enter("a", 1);
    connections.enter("b", 1);
    connections.enter("c", 1);
    CHECK(connections.evicted() == "a");
}

TEST_CASE("those that left make room") {
    Connections connections(2, 2);
    connections.enter("a");
    connections.enter("b");
    connections.leave("b");
    CHECK(connections.limits.size() == 1);
    connections.enter("c");
    CHECK(connections.evicted().empty());
}

TEST_CASE("an evicted one that leaves later is not counted twice") {
    Connections connections(2, 2);
    connections.enter("a");
    connections.enter("b");
    connections.enter("c");
    CHECK(connections.evicted() == "a");
    connections.slot("a").renew(Connections::at(1));
    connections.leave("a");
    CHECK(connections.limits.size() == 2);
    connections.enter("d");
    CHECK(connections.evicted() == "ab");
    connections.leave("b");
    connections.leave("c");
    connections.leave("d");
    CHECK(connections.limits.size() == 0);
    CHECK_FALSE(connections.limits.oldest());
}

TEST_CASE("time runs out in the order of the last completed request") {
    Connections connections;
    connections.enter("a");
    connections.clock = 1;
    connections.enter("b");
    connections.clock = 2;
    connections.enter("c");
    connections.slot("a").renew(Connections::at(3));
    CHECK(connections.limits.oldest() == Connections::at(1));
    connections.limits.evict_waiting_since(Connections::at(0));
    CHECK(connections.evicted().empty());
    connections.limits.evict_waiting_since(Connections::at(2));
    CHECK(connections.evicted() == "bc");
    CHECK(connections.limits.oldest() == Connections::at(3));
}

TEST_CASE("all can be evicted, and none more than once") {
    Connections connections;
    connections.enter("a");
    connections.enter("b");
    connections.limits.evict_all();
    connections.limits.evict_all();
    CHECK(connections.evicted() == "ab");
    CHECK_FALSE(connections.limits.evict_oldest());
}

TEST_CASE("what turns out to be another's counts as that peer's, and costs only that peer") {
    Connections connections(10, 2);
    connections.enter("client", 7);
    connections.enter("proxied", 100);
    connections.enter("also proxied", 101);
    connections.slot("proxied").belongs_to(7);
    CHECK(connections.evicted().empty());
    connections.slot("also proxied").belongs_to(7);
    CHECK(connections.evicted() == "client");
    CHECK(connections.limits.size() == 2);
    connections.enter("a", 100);  // what they counted as before is free again
    connections.enter("b", 100);
    CHECK(connections.evicted() == "client");
    connections.slot("client").belongs_to(100);  // what is gone counts no more
    CHECK(connections.limits.size() == 4);
}

// SPDX-License-Identifier: Apache-2.0
// Behind a load balancer: its PROXY header in front of what it passes on, and its look whether we
// are there. By real sockets; with the real HAProxy in integration/balancer_test.
#include "responding.hpp"
#include "support/catch.hpp"
#include "support/scratch.hpp"

#include <string>
#include <vector>

using namespace md::test;
using namespace std::string_literals;
using md::model::AddressRange;
using md::model::ProxySources;

namespace {

const std::string of_client = "PROXY TCP4 192.0.2.9 127.0.0.1 57005 80\r\n";
const std::string local = "\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"s;

struct Balanced : Responding {
    explicit Balanced(std::vector<std::string> ranges, md::server::Limits limits = {})
        : Responding(limits) {
        ProxySources sources;
        for (const std::string& range : ranges)
            sources.ranges.push_back(AddressRange::parse(range).value());
        on_loop([&] {
            listener.set_proxies(sources);
            responder.set_health_path("/up");
        });
    }
};

std::string answer_to(std::uint16_t port, const std::string& octets) {
    Visitor visitor(port);
    visitor.send(octets);
    return visitor.answer();
}

}  // namespace

TEST_CASE("what a listed balancer passes on is answered behind its header, whole or in pieces") {
    const Balanced balanced({"127.0.0.0/8"});
    CHECK(status_of(answer_to(balanced.http(), of_client + get("/"))) == "404");
    CHECK(status_of(answer_to(balanced.http(), local + get("/up"))) == "200");
    CHECK(status_of(answer_to(balanced.http(), "PROXY UNKNOWN\r\n" + get("/"))) == "404");
    Visitor slow(balanced.http());
    for (char octet : of_client + get("/up"))
        slow.send({&octet, 1});
    CHECK(status_of(slow.answer()) == "200");
    slow.send(get("/"));  // one header for a connection
    CHECK(status_of(slow.answer()) == "404");
}

TEST_CASE("of a listed balancer the header is required, and what is none gets no answer") {
    const Balanced balanced({"127.0.0.1"});
    CHECK(say(balanced.http(), get("/")) == "");
    CHECK(say(balanced.http(), "PROXY TCP4 192.0.2.9\r\n" + get("/")) == "");
    CHECK(say(balanced.http(), of_client.substr(0, 20)) == "");
    CHECK(say(balanced.http(), "") == "");
    CHECK(say(balanced.https(), client_hello("a.example", "http/1.1")) == "");
    CHECK(status_of(answer_to(balanced.http(), of_client + get("/"))) == "404");
}

TEST_CASE("the header of anybody else is refused, on both ports") {
    const Balanced balanced({"192.0.2.1", "2001:db8::/32"});
    CHECK(status_of(answer_to(balanced.http(), of_client + get("/"))) == "400");
    CHECK(status_of(answer_to(balanced.http(), local + get("/"))) == "400");
    CHECK(say(balanced.https(), of_client + client_hello("a.example", "http/1.1")) == "");
    CHECK(status_of(answer_to(balanced.http(), get("/"))) == "404");
}

TEST_CASE("TLS begins behind the header") {
    const Balanced balanced({"127.0.0.1"});
    // A ServerHello, handshake in TLS 1.2's clothes.
    Visitor visitor(balanced.https());
    visitor.send(of_client + client_hello("a.example", "http/1.1"));
    visitor.finish_sending();
    CHECK(visitor.rest().substr(0, 3) == "\x16\x03\x03");
}

TEST_CASE("each client of a balancer has its own share, and the balancer none to use up") {
    md::server::Limits limits;
    limits.connections_per_peer = 1;
    const Balanced balanced({"127.0.0.1"}, limits);
    Visitor first(balanced.http()), other(balanced.http()), again(balanced.http());
    first.send(of_client + get("/"));
    CHECK(status_of(first.answer()) == "404");
    other.send("PROXY TCP4 192.0.2.10 127.0.0.1 1 80\r\n" + get("/"));
    CHECK(status_of(other.answer()) == "404");
    again.send(of_client + get("/"));  // the first client's second connection
    CHECK(status_of(again.answer()) == "404");
    CHECK(first.closed_by_peer());
    other.send(get("/"));
    CHECK(status_of(other.answer()) == "404");
}

TEST_CASE("a Unix socket takes a header when it is told to") {
    Served served(Served::Closed{});
    const Scratch scratch;
    const std::string path = (scratch / "s").string();
    ProxySources sources;
    sources.unix_socket = true;
    served.on_loop([&] {
        served.listener.set_proxies(sources);
        REQUIRE(served.listener.open({{}, {}, path}).empty());
    });
    Visitor good(path), bad(path);
    good.send(of_client + get("/"));
    CHECK(status_of(good.answer()) == "404");
    bad.send(get("/"));
    bad.finish_sending();
    CHECK(bad.rest() == "");
}

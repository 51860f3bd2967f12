// SPDX-License-Identifier: Apache-2.0
// What strangers on the open Internet send, and that a validator is answered all the same.
#include "proving.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

using namespace md::test;
using namespace std::chrono_literals;
using namespace std::string_literals;
using md::server::Limits;
using std::chrono::steady_clock;

TEST_CASE("500 connections that dribble cost a validator nothing", "[heavy]") {
    Limits limits;
    limits.connections_per_peer = 100;
    Proving served(limits);
    std::vector<std::unique_ptr<Visitor>> slow;
    for (int i = 0; i < 500; ++i) {
        slow.push_back(std::make_unique<Visitor>(i % 2 == 0 ? served.http() : served.https()));
        slow.back()->send(i % 2 == 0 ? "GET /" : "\x16\x03\x01");
    }
    for (auto& visitor : slow)
        visitor->send("a");
    for (int i = 0; i < 10; ++i) {
        slow[static_cast<std::size_t>(490 + i)]->send("a");
        CHECK(validates_promptly(served));
    }
}

TEST_CASE("10,000 open connections cost a validator nothing", "[heavy]") {
    OpenFiles files;
    auto count = std::min<rlim_t>(10'000, files.raise(16'384) * 3 / 4);
    Proving served;
    std::vector<std::unique_ptr<Visitor>> idle;
    for (rlim_t i = 0; i < count; ++i) {
        idle.push_back(std::make_unique<Visitor>(i % 8 == 0 ? served.https() : served.http()));
        if (i % 1000 == 0)
            CHECK(validates_promptly(served));
    }
    CHECK(validates_promptly(served));
}

TEST_CASE("when there are no descriptors left the longest idle gives way", "[heavy]") {
    Proving served;
    Visitor idle(served.http());
    idle.send(get("/"));
    CHECK(status_of(idle.answer()) == "404");
    OpenFiles files;
    int lowest_free = ::dup(0);
    ::close(lowest_free);
    files.limit(static_cast<rlim_t>(lowest_free) + 1);
    Visitor newcomer(served.http());
    newcomer.send(get(challenge));
    CHECK(body_of(newcomer.answer()) == key_authorization);
    CHECK(idle.closed_by_peer());
}

TEST_CASE("when all places are taken the longest idle gives way, not the newcomer") {
    Limits limits;
    limits.connections = 8;
    Proving served(limits);
    std::vector<std::unique_ptr<Visitor>> all;
    for (int i = 0; i < 8; ++i) {
        all.push_back(std::make_unique<Visitor>(served.http()));
        all.back()->send(get("/"));
        CHECK(status_of(all.back()->answer()) == "404");
    }
    all[0]->send(get("/"));
    CHECK(status_of(all[0]->answer()) == "404");
    CHECK(validates_promptly(served));
    CHECK(all[1]->closed_by_peer());
    all[0]->send(get("/"));
    CHECK(status_of(all[0]->answer()) == "404");
}

TEST_CASE("a request that is not complete in its time is given up, octets or none") {
    Limits limits;
    limits.request_time = 50ms;
    Proving served(limits);
    Visitor silent(served.http()), begun(served.http()), body(served.http()),
        silent_tls(served.https()), begun_tls(served.https());
    begun.send("GET / HT");
    body.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab");
    begun_tls.send("\x16\x03\x01\x02");
    CHECK(silent.closed_by_peer());
    CHECK(begun.closed_by_peer());
    CHECK(status_of(body.rest()) == "404");
    CHECK(silent_tls.closed_by_peer());
    CHECK(begun_tls.closed_by_peer());
}

TEST_CASE("octets that dribble do not prolong a request") {
    Limits limits;
    limits.request_time = 50ms;
    limits.requests_per_connection = 1'000'000'000;
    Proving served(limits);
    Visitor slow(served.http());
    auto start = steady_clock::now();
    slow.send("GET /");
    // Paced by a second visitor's requests: as fast as they go, for longer than the time allows.
    Visitor clock(served.http());
    while (steady_clock::now() - start < 150ms) {
        clock.send(get("/"));
        REQUIRE(status_of(clock.answer()) == "404");
        slow.send("a");
    }
    CHECK(slow.closed_by_peer());
}

TEST_CASE("a body of 1 GB is refused when it is announced") {
    Proving served;
    Visitor announced(served.http());
    announced.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1073741824\r\n\r\n");
    CHECK(status_of(announced.rest()) == "413");

    Visitor chunked(served.http());
    chunked.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n40000000\r\n");
    CHECK(status_of(chunked.rest()) == "404");
}

TEST_CASE("a body that comes all the same is cut off") {
    Proving served;
    Visitor visitor(served.http());
    visitor.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1073741824\r\n\r\n");
    std::string piece(64 * 1024, 'x');
    for (int i = 0; i < 200; ++i)
        visitor.send(piece);
    visitor.rest();
    CHECK(validates_promptly(served));
}

TEST_CASE("a header that is too large is 431") {
    Proving served;
    CHECK(status_of(say(served.http(), get("/", "a", "X: " + std::string(9000, 'x') + "\r\n"))) ==
          "431");
    CHECK(status_of(say(served.http(), "GET /" + std::string(20000, 'a'))) == "431");
    CHECK(status_of(say(served.http(), get("/" + std::string(7000, 'a')))) == "404");
}

TEST_CASE("rubbish is refused and closed") {
    struct Row {
        std::string octets, status;
    };
    auto row = GENERATE(values<Row>({
        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505"},
        {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "400"},
        {"\0\0\0\0"s, "400"},
        {"GET / HTTP/1.1\r\n\r\n", "400"},
        {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400"},
        {"GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"s, "400"},
        {"GET / HTTP/1.1\nHost: a\n\n", "400"},
        {"CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n", "400"},
        {"GET ftp://a.example/ HTTP/1.1\r\nHost: a\r\n\r\n", "400"},
        {"GET http://a.example" + challenge + " HTTP/1.1\r\nHost: a\r\n\r\n", "200"},
        {"GET /../../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", "404"},
        {"GET /.well-known/acme-challenge/%2e%2e/token-1 HTTP/1.1\r\nHost: a\r\n\r\n", "404"},
        {"GET //etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", "404"},
        {"BREW / HTTP/1.1\r\nHost: a\r\n\r\n", "404"},
        {"GET", ""},
        {"", ""},
    }));
    CAPTURE(row.octets);
    Proving served;
    CHECK(status_of(say(served.http(), row.octets)) == row.status);
}

TEST_CASE("no request is smuggled behind another") {
    Proving served;
    std::string hidden = get(challenge);
    std::string both = "Content-Length: " + std::to_string(hidden.size() + 5) +
                       "\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden;
    std::string lengths = "Content-Length: 0\r\nContent-Length: " + std::to_string(hidden.size()) +
                          "\r\n\r\n" + hidden;
    std::string coding = "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + hidden;
    std::string space = "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + hidden;
    for (const std::string& shape : {both, lengths, coding, space}) {
        CAPTURE(shape);
        std::string got = say(served.http(), "POST / HTTP/1.1\r\nHost: a\r\n" + shape);
        CHECK(status_of(got) == "400");
        CHECK(got.find("\r\nConnection: close\r\n") != std::string::npos);
        CHECK(got.find(key_authorization) == std::string::npos);
    }
}

TEST_CASE("a body that breaks off into rubbish ends the connection without a further answer") {
    Proving served;
    std::string got = say(served.http(),
                          "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                          "zz\r\n" +
                              get(challenge));
    CHECK(status_of(got) == "404");
    CHECK(got.find("HTTP/1.1", 1) == std::string::npos);
}

TEST_CASE("a client that asks without end and never reads is given up") {
    Limits limits;
    limits.request_time = 100ms;
    limits.requests_per_connection = 1'000'000'000;
    Proving served(limits);
    Visitor deaf(served.http());
    int small = 4096;
    ::setsockopt(deaf.descriptor(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    std::string many;
    for (int i = 0; i < 100; ++i)
        many += get("/");
    // Ends when the listener has enough: what is sent to a closed connection is dropped.
    auto start = steady_clock::now();
    bool ended = false;
    while (!ended && steady_clock::now() - start < patience)
        ended = ::send(deaf.descriptor(), many.data(), many.size(), MSG_NOSIGNAL) < 0;
    CHECK(ended);
    CHECK(validates_promptly(served));
}

TEST_CASE("connections that are reset at any moment do no harm") {
    Proving served;
    std::string whole = get(challenge);
    linger at_once{1, 0};
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        Visitor visitor(size % 2 == 0 ? served.http() : served.https());
        ::setsockopt(visitor.descriptor(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        visitor.send(std::string_view(whole).substr(0, size));
    }
    CHECK(validates_promptly(served));
}

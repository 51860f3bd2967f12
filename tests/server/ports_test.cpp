// SPDX-License-Identifier: Apache-2.0
// Which ports are open after which wishes, why others are not, and what a reload leaves untouched.
#include "served.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

using namespace md::test;
using Endpoints = md::server::ListenEndpoints;

namespace {

struct Bare : Served {
    Bare() : Served(Closed{}) {}

    std::vector<md::server::BindFailure> open(const Endpoints& wanted) {
        std::vector<md::server::BindFailure> failures;
        on_loop([&] {
            failures = listener.open(wanted);
            http = listener.http_ports();
            https = listener.https_ports();
            http_reason = listener.http_reason();
            https_reason = listener.https_reason();
        });
        return failures;
    }
    std::vector<std::string> retry() {
        std::vector<std::string> opened;
        on_loop([&] {
            opened = listener.retry();
            http_reason = listener.http_reason();
            https_reason = listener.https_reason();
        });
        return opened;
    }
    std::vector<std::uint16_t> http, https;
    std::string http_reason, https_reason;
};

struct Socket {
    explicit Socket(bool v6, std::uint16_t port = 0, bool dual = false) {
        descriptor = ::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        int off = dual ? 0 : 1, on = 1;
        ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        sockaddr_in6 six{};
        six.sin6_family = AF_INET6;
        six.sin6_port = htons(port);
        sockaddr_in four{};
        four.sin_family = AF_INET;
        four.sin_port = htons(port);
        if (v6)
            ::setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
        auto* name = v6 ? reinterpret_cast<sockaddr*>(&six) : reinterpret_cast<sockaddr*>(&four);
        socklen_t size = v6 ? sizeof six : sizeof four;
        REQUIRE(::bind(descriptor, name, size) == 0);
        REQUIRE(::listen(descriptor, 16) == 0);
        sockaddr_in6 local{};
        size = sizeof local;
        REQUIRE(::getsockname(descriptor, reinterpret_cast<sockaddr*>(&local), &size) == 0);
        number = ntohs(local.sin6_port);
    }
    ~Socket() {
        if (descriptor >= 0)
            ::close(descriptor);
    }
    int release() { return std::exchange(descriptor, -1); }

    int descriptor;
    std::uint16_t number;
};

bool answers(std::uint16_t port, const char* address = "127.0.0.1") {
    try {
        Visitor visitor(port, address);
        visitor.send(get("/"));
        return status_of(visitor.answer()) == "404";
    } catch (const std::runtime_error&) {
        return false;
    }
}

}  // namespace

TEST_CASE("before anything is opened, both challenges are impossible and say so") {
    Bare bare;
    bare.on_loop([&] {
        CHECK(bare.listener.http_reason() == "port 80 is not open");
        CHECK(bare.listener.https_reason() == "port 443 is not open");
    });
}

TEST_CASE("all addresses are IPv4 and IPv6 on one port") {
    Bare bare;
    CHECK(bare.open({{{"", 0}}, {}}).empty());
    REQUIRE(bare.http.size() == 1);
    CHECK(answers(bare.http[0], "127.0.0.1"));
    CHECK(answers(bare.http[0], "::1"));
    CHECK(bare.http_reason.empty());
    CHECK(bare.https_reason == "MDPortMap closes port 443");
}

TEST_CASE("one address is that address alone") {
    Bare bare;
    CHECK(bare.open({{{"127.0.0.1", 0}}, {}}).empty());
    REQUIRE(bare.http.size() == 1);
    CHECK(answers(bare.http[0], "127.0.0.1"));
    CHECK_FALSE(answers(bare.http[0], "127.0.0.2"));
    CHECK_FALSE(answers(bare.http[0], "::1"));
    CHECK(bare.open({{{"[::1]", 0}}, {}}).empty());
    REQUIRE(bare.http.size() == 1);
    CHECK(answers(bare.http[0], "::1"));
    CHECK_FALSE(answers(bare.http[0], "127.0.0.1"));
}

TEST_CASE("a port in use is named with its reason") {
    Socket taken(false);
    Bare bare;
    auto failures = bare.open({{{"127.0.0.1", taken.number}}, {}});
    REQUIRE(failures.size() == 1);
    CHECK(failures[0].endpoint == "127.0.0.1:" + std::to_string(taken.number));
    CHECK(failures[0].reason == "Address already in use");
    CHECK(bare.http.empty());
    CHECK(bare.http_reason == "port 80 (local " + std::to_string(taken.number) +
                                  ") could not be bound: Address already in use");
}

// A validator chooses the family that it comes by: half of the validations failed.
TEST_CASE("one family in use closes the port though the other works, until it is free") {
    const bool v6 = GENERATE(false, true);
    auto taken = std::make_unique<Socket>(v6);
    const std::string port = std::to_string(taken->number);
    const std::string endpoint = (v6 ? "[::]:" : "0.0.0.0:") + port;
    Bare bare;
    auto failures = bare.open({{{"", taken->number}}, {}});
    REQUIRE(failures.size() == 1);
    CHECK(failures[0].endpoint == endpoint);
    CHECK(bare.http_reason == "port 80 (local " + port + ") could not be bound on " + endpoint +
                                  ": Address already in use");
    CHECK(answers(taken->number, v6 ? "127.0.0.1" : "::1"));

    const std::uint16_t number = taken->number;
    CHECK(bare.retry().empty());
    CHECK_FALSE(bare.http_reason.empty());
    taken.reset();
    CHECK(bare.retry() == std::vector<std::string>{endpoint});
    CHECK(bare.http_reason.empty());
    CHECK(answers(number, "127.0.0.1"));
    CHECK(answers(number, "::1"));
    CHECK(bare.retry().empty());
}

TEST_CASE("what could not be opened is tried again, and nothing else") {
    auto taken = std::make_unique<Socket>(false), other = std::make_unique<Socket>(false);
    const std::uint16_t http = taken->number, https = other->number;
    Bare bare;
    CHECK(bare.open({{{"127.0.0.1", http}, {"nowhere.example", http}}, {{"127.0.0.1", https}}})
              .size() == 3);
    taken.reset();
    CHECK(bare.retry() == std::vector<std::string>{"127.0.0.1:" + std::to_string(http)});
    CHECK(answers(http));
    CHECK(bare.http_reason.empty());
    CHECK(bare.https_reason == "port 443 (local " + std::to_string(https) +
                                   ") could not be bound: Address already in use");
    bare.open({});  // what is not wanted any more is not tried
    other.reset();
    CHECK(bare.retry().empty());
    CHECK_FALSE(answers(https));
}

TEST_CASE("an address that this machine has not does no harm beside one that it has") {
    Bare bare;
    CHECK(bare.open({{{"192.0.2.1", 0}}, {}}).size() == 1);
    CHECK_THAT(bare.http_reason, Catch::Contains("Cannot assign requested address"));
    CHECK(bare.open({{{"192.0.2.1", 0}, {"127.0.0.1", 0}}, {}}).size() == 1);
    CHECK(bare.http_reason.empty());
}

TEST_CASE("while a listener holds, who comes waits and is answered once it admits") {
    Bare bare;
    bare.on_loop([&] { bare.listener.hold(); });
    CHECK(bare.open({{{"127.0.0.1", 0}}, {}}).empty());
    REQUIRE(bare.http.size() == 1);
    CHECK(bare.http_reason.empty());
    Visitor early(bare.http[0]);
    early.send(get("/", "early.example"));
    for (int turn = 0; turn < 100; ++turn)  // whatever the loop had to do is done
        bare.on_loop([] {});
    char octet;
    CHECK(::recv(early.descriptor(), &octet, 1, MSG_DONTWAIT) == -1);
    bare.on_loop([&] {
        bare.respond = [](const auto&) { return md::server::plain(503, "known by now\n"); };
        bare.listener.admit();
    });
    CHECK(status_of(early.answer()) == "503");
    bare.open({{{"127.0.0.1", 0}}, {{"127.0.0.1", 0}}});
    CHECK(bare.https.size() == 1);
}

TEST_CASE("the reason goes when the port is free again") {
    auto taken = std::make_unique<Socket>(false);
    std::uint16_t port = taken->number;
    Bare bare;
    CHECK(bare.open({{{"127.0.0.1", port}}, {}}).size() == 1);
    taken.reset();
    CHECK(bare.open({{{"127.0.0.1", port}}, {}}).empty());
    CHECK(bare.http_reason.empty());
    CHECK(answers(port));
}

TEST_CASE("what is no address is a failure of its own") {
    Bare bare;
    auto failures = bare.open({{{"nowhere.example", 80}}, {}});
    REQUIRE(failures.size() == 1);
    CHECK(failures[0].endpoint == "nowhere.example:80");
    CHECK(failures[0].reason == "not an IP address");
    CHECK(bare.http_reason == "port 80 could not be bound: not an IP address");
}

TEST_CASE("the same wish twice, or inside a wider one, is one socket") {
    Bare bare;
    Socket probe(false);
    std::uint16_t port = probe.number;
    ::close(probe.release());
    CHECK(bare.open({{{"", port}, {"127.0.0.1", port}, {"*", port}, {"::1", port}}, {}}).empty());
    CHECK(bare.http == std::vector<std::uint16_t>{port});
    CHECK(answers(port));
}

TEST_CASE("a reload leaves the sockets and connections alone that stay") {
    Bare bare;
    bare.open({{{"127.0.0.1", 0}}, {}});
    std::uint16_t port = bare.http.at(0);
    bare.open({{{"127.0.0.1", 0}}, {{"127.0.0.1", 0}}});
    CHECK(bare.http.at(0) == port);
    REQUIRE(bare.https.size() == 1);
    Visitor visitor(port);
    visitor.send(get("/"));
    CHECK(status_of(visitor.answer()) == "404");
    std::uint16_t closing = bare.https.at(0);
    bare.open({{{"127.0.0.1", 0}}, {}});
    CHECK_THROWS(Visitor(closing));
    CHECK(bare.https_reason == "MDPortMap closes port 443");
    visitor.send(get("/"));
    CHECK(status_of(visitor.answer()) == "404");
    CHECK(answers(port));
}

TEST_CASE("a port moves from one kind to the other in one reload") {
    Bare bare;
    Socket probe(false);
    std::uint16_t port = probe.number;
    ::close(probe.release());
    CHECK(bare.open({{{"127.0.0.1", port}}, {}}).empty());
    CHECK(bare.open({{}, {{"127.0.0.1", port}}}).empty());
    CHECK(bare.http.empty());
    CHECK(bare.https == std::vector<std::uint16_t>{port});
}

TEST_CASE("a passed socket serves what is wanted on its port, whatever its address") {
    Bare bare;
    Socket passed(false), inherited(false);
    std::uint16_t port = passed.number;
    bare.on_loop([&] { bare.listener.adopt(passed.release()); });
    CHECK(bare.open({{{"127.0.0.1", port}}, {}}).empty());
    CHECK(bare.http == std::vector<std::uint16_t>{port});
    CHECK(answers(port));
    // It is there again for the next one after it was not wanted for a while.
    bare.open({});
    CHECK(bare.http.empty());
    CHECK(bare.open({{{"", port}}, {}}).empty());
    CHECK(answers(port));
}

TEST_CASE("a passed dual-stack socket serves both families") {
    Bare bare;
    Socket passed(true, 0, true);
    std::uint16_t port = passed.number;
    bare.on_loop([&] { bare.listener.adopt(passed.release()); });
    CHECK(bare.open({{}, {{"", port}}}).empty());
    CHECK(bare.https == std::vector<std::uint16_t>{port});
    CHECK(bare.open({{{"", port}}, {}}).empty());
    CHECK(answers(port, "127.0.0.1"));
    CHECK(answers(port, "::1"));
}

TEST_CASE("what is passed and does not listen is closed") {
    Bare bare;
    int pair[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
    bare.on_loop([&] { bare.listener.adopt(pair[0]); });
    char octet;
    CHECK(::recv(pair[1], &octet, 1, 0) == 0);
    ::close(pair[1]);
}

TEST_CASE("no socket of the listener is inherited by a hook") {
    Bare bare;
    Socket passed(false);
    int descriptor = passed.descriptor;
    ::fcntl(descriptor, F_SETFD, 0);
    bare.on_loop([&] { bare.listener.adopt(passed.release()); });
    bare.open({{{"", passed.number}, {"", 0}}, {{"", 0}}});
    Visitor visitor(bare.https.at(0));
    CHECK(answers(passed.number));
    for (int i = 3; i < 256; ++i) {
        int type = 0;
        socklen_t size = sizeof type;
        if (::getsockopt(i, SOL_SOCKET, SO_TYPE, &type, &size) == 0) {
            CAPTURE(i);
            CHECK((::fcntl(i, F_GETFD) & FD_CLOEXEC) != 0);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// The plain port over real sockets: challenges, connections that stay, those that end, and curl.
#include "base/receipt.hpp"
#include "responding.hpp"
#include "support/catch.hpp"

#include <array>
#include <cstdio>
#include <memory>
#include <string>
#include <sys/wait.h>

using namespace md::test;
using md::model::RequireHttps;
using md::responder::Sites;
using md::server::Limits;

namespace {

const std::string challenge = "/.well-known/acme-challenge/token-1";
const std::string key_authorization = "token-1.thumbprint";

struct Proving : Responding {
    explicit Proving(Limits limits = {}) : Responding(limits) {
        on_loop([this] {
            board.publish_http("token-1", {key_authorization, seen});
            Sites sites;
            sites.add("new.example", {false, RequireHttps::off});
            sites.add("perm.example", {true, RequireHttps::permanent});
            responder.set_sites(std::move(sites));
        });
    }
    std::shared_ptr<md::base::Receipt> seen = std::make_shared<md::base::Receipt>();
};

std::string shell(const std::string& command) {
    std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
    std::array<char, 512> buffer;
    std::string out;
    while (std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe.get()))
        out.append(buffer.data(), count);
    return out;
}

}  // namespace

TEST_CASE("a validator gets the key authorization over IPv4, and is seen") {
    Proving served;
    std::string got = say(served.http(), get(challenge));
    CHECK(status_of(got) == "200");
    CHECK(body_of(got) == key_authorization);
    CHECK(got.find("\r\nServer: mdcertd\r\n") != std::string::npos);
    CHECK(got.find("\r\nDate: ") != std::string::npos);
    served.on_loop([] {});
    CHECK(served.seen->count() == 1);
    CHECK(status_of(say(served.http(), get("/.well-known/acme-challenge/token-2"))) == "404");
    served.on_loop([] {});
    CHECK(served.seen->count() == 1);
}

TEST_CASE("a validator gets the key authorization over IPv6, from the same port") {
    Proving served;
    Visitor visitor(served.http(), "::1");
    visitor.send(get(challenge, "[::1]"));
    CHECK(body_of(visitor.answer()) == key_authorization);
}

TEST_CASE("curl gets the key authorization, the redirect and the 503") {
    Proving served;
    std::string base = "http://127.0.0.1:" + std::to_string(served.http());
    CHECK(shell("curl -sS -m 20 " + base + challenge) == key_authorization);
    CHECK(shell("curl -sS -m 20 -I -o /dev/null -w '%{http_code}' " + base + challenge) == "200");
    CHECK(shell("curl -sS -m 20 -H 'Host: perm.example' -o /dev/null "
                "-w '%{http_code} %{redirect_url}' '" +
                base + "/x?y=z'") == "301 https://perm.example/x?y=z");
    CHECK(shell("curl -sS -m 20 -H 'Host: new.example' -o /dev/null -w '%{http_code}' " + base) ==
          "503");
    CHECK(shell("curl -sS -m 20 -H 'Host: perm.example' -d a=b -o /dev/null -w '%{http_code}' " +
                base) == "308");
    CHECK(shell("head -c 2000000 /dev/zero | curl -sS -m 20 -H 'Expect: 100-continue' "
                "--data-binary @- -o /dev/null -w '%{http_code}' " +
                base + "/") == "413");
}

TEST_CASE("a connection stays for many requests, one after the other") {
    Proving served;
    Visitor visitor(served.http());
    for (int i = 0; i < 50; ++i) {
        visitor.send(get(challenge));
        REQUIRE(body_of(visitor.answer()) == key_authorization);
    }
    served.on_loop([] {});
    CHECK(served.seen->count() == 50);
}

TEST_CASE("requests sent at once are answered in their order") {
    Proving served;
    std::string requests;
    for (int i = 0; i < 100; ++i)
        requests += get(i % 2 == 0 ? challenge : "/");
    Visitor visitor(served.http());
    visitor.send(requests);
    for (int i = 0; i < 100; ++i)
        REQUIRE(status_of(visitor.answer()) == (i % 2 == 0 ? "200" : "404"));
}

TEST_CASE("a request may come octet by octet") {
    Proving served;
    Visitor visitor(served.http());
    for (char octet : get(challenge))
        visitor.send({&octet, 1});
    CHECK(body_of(visitor.answer()) == key_authorization);
}

TEST_CASE("HEAD gets the length and no body, and the connection stays in step") {
    Proving served;
    Visitor visitor(served.http());
    visitor.send("HEAD " + challenge + " HTTP/1.1\r\nHost: a\r\n\r\n" + get("/"));
    std::string head = visitor.answer(false);
    CHECK(status_of(head) == "200");
    CHECK(head.find("Content-Length: " + std::to_string(key_authorization.size())) !=
          std::string::npos);
    CHECK(status_of(visitor.answer()) == "404");
}

TEST_CASE("HTTP/1.0 is answered without a Host, and closed unless it asks to stay") {
    Proving served;
    Visitor closing(served.http());
    closing.send("GET " + challenge + " HTTP/1.0\r\n\r\n");
    CHECK(body_of(closing.rest()) == key_authorization);

    Visitor staying(served.http());
    for (int i = 0; i < 2; ++i) {
        staying.send("GET " + challenge + " HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        std::string got = staying.answer();
        CHECK(body_of(got) == key_authorization);
        CHECK(got.find("\r\nConnection: keep-alive\r\n") != std::string::npos);
    }
}

TEST_CASE("who asks to close is told so, answered and closed") {
    Proving served;
    Visitor visitor(served.http());
    visitor.send(get(challenge, "a", "Connection: close\r\n") + get("/"));
    std::string got = visitor.rest();
    CHECK(got.find("\r\nConnection: close\r\n") != std::string::npos);
    CHECK(body_of(got) == key_authorization);
}

TEST_CASE("a half-closed connection still gets its answer") {
    Proving served;
    Visitor visitor(served.http());
    visitor.send(get(challenge));
    visitor.finish_sending();
    CHECK(body_of(visitor.rest()) == key_authorization);
}

TEST_CASE("a small body is skipped, and the next request understood") {
    Proving served;
    Visitor visitor(served.http());
    visitor.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 40\r\n\r\n");
    CHECK(status_of(visitor.answer()) == "404");
    visitor.send("GET /not/a/request HTTP/1.1\r\nHost: a\r\n\r\n");
    visitor.send(
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
    CHECK(status_of(visitor.answer()) == "404");
    visitor.send(get(challenge));
    CHECK(body_of(visitor.answer()) == key_authorization);
}

TEST_CASE("who waits before sending a body gets the final answer, and no second request") {
    Proving served;
    Visitor visitor(served.http());
    visitor.send(
        "POST / HTTP/1.1\r\nHost: perm.example\r\nContent-Length: 40\r\n"
        "Expect: 100-continue\r\n\r\n");
    std::string got = visitor.rest();
    CHECK(status_of(got) == "308");
    CHECK(got.find("\r\nConnection: close\r\n") != std::string::npos);
}

TEST_CASE("a connection ends after its last request, said beforehand") {
    Limits limits;
    limits.requests_per_connection = 3;
    Proving served(limits);
    Visitor visitor(served.http());
    visitor.send(get("/") + get("/") + get("/") + get("/"));
    CHECK(visitor.answer().find("Connection: close") == std::string::npos);
    CHECK(visitor.answer().find("Connection: close") == std::string::npos);
    CHECK(visitor.answer().find("\r\nConnection: close\r\n") != std::string::npos);
    CHECK(visitor.closed_by_peer());
}

TEST_CASE("sites and postings that change are answered for at once, on old connections too") {
    Proving served;
    Visitor visitor(served.http());
    visitor.send(get("/", "new.example"));
    CHECK(status_of(visitor.answer()) == "503");
    served.on_loop([&] {
        Sites sites;
        sites.add("new.example", {true, RequireHttps::temporary});
        served.responder.set_sites(std::move(sites));
        served.board.publish_http("token-2", {"token-2.thumbprint", {}});
    });
    visitor.send(get("/", "new.example"));
    CHECK(status_of(visitor.answer()) == "302");
    visitor.send(get("/.well-known/acme-challenge/token-2"));
    CHECK(body_of(visitor.answer()) == "token-2.thumbprint");
}

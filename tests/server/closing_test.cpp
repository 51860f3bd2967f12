// SPDX-License-Identifier: Apache-2.0
// A listener that is closed has no connection left, whatever each of them was about to do.
#include "served.hpp"
#include "support/catch.hpp"

#include <memory>
#include <vector>

using namespace md::test;
using namespace std::chrono_literals;

TEST_CASE("closing the listener ends its connections and frees its ports") {
    Served served;
    Visitor visitor(served.http());
    visitor.send(get("/"));
    CHECK(status_of(visitor.answer()) == "404");
    std::uint16_t port = served.http();
    served.close();
    CHECK(visitor.closed_by_peer());
    CHECK_THROWS(Visitor(port));
}

TEST_CASE("closing awaits connections in whatever they are, and soon") {
    md::server::Limits limits;
    limits.request_time = 60s;
    Served served(limits);
    const auto large = std::make_shared<const std::string>(std::string(std::size_t{16} << 20, 'x'));
    served.on_loop([&] {
        served.respond = [&](const auto&) {
            md::server::Response response = md::server::plain(200, "");
            response.page = large;
            response.body = *large;
            return response;
        };
    });
    std::vector<std::unique_ptr<Visitor>> visitors;
    for (const std::string& octets :
         {std::string(), std::string("GET"), get("/"), std::string("garbage\n")})
        for (const std::uint16_t port : {served.http(), served.https()}) {
            visitors.push_back(std::make_unique<Visitor>(port));
            visitors.back()->send(octets);
        }
    visitors.push_back(std::make_unique<Visitor>(served.https()));
    visitors.back()->send(client_hello("a.example", "http/1.1").substr(0, 20));
    for (int turn = 0; turn < 100; ++turn)
        served.on_loop([] {});
    const auto begun = std::chrono::steady_clock::now();
    served.close();
    CHECK(std::chrono::steady_clock::now() - begun < 10s);
    CHECK(large.use_count() == 1);
}

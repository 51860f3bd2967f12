// SPDX-License-Identifier: Apache-2.0
// Large pages over real sockets: whoever does not read them takes no memory with him.
#include "served.hpp"
#include "server/pages.hpp"
#include "support/catch.hpp"

#include <memory>
#include <string>

using namespace md::test;
using namespace md::server;

namespace {

struct Showing : Served {
    explicit Showing(Limits limits = {}) : Served(limits) {
        on_loop([this] {
            respond = [this](const Request& request) {
                AskedPage asked = asked_page(request, {});
                if (asked.refusal)
                    return std::move(*asked.refusal);
                ++made;
                return respond_with_page(ServedPage{"text/plain", large});
            };
        });
    }
    ~Showing() { close(); }
    unsigned made_so_far() {
        unsigned count = 0;
        on_loop([&] { count = made; });
        return count;
    }
    std::shared_ptr<const std::string> large =
        std::make_shared<const std::string>(std::string(std::size_t{16} << 20, 'x') + "end");
    unsigned made = 0;
};

}  // namespace

TEST_CASE("a large page arrives whole, again and again, and HEAD tells its length") {
    Showing served;
    Visitor visitor(served.http());
    for (int i = 0; i < 2; ++i) {
        visitor.send(get("/"));
        CHECK(body_of(visitor.answer()) == *served.large);
    }
    visitor.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    std::string head = visitor.answer(false);
    CHECK(head.find("Content-Length: " + std::to_string(served.large->size())) !=
          std::string::npos);
    visitor.send(get("/"));
    CHECK(status_of(visitor.answer()) == "200");
}

TEST_CASE("of many pages asked for at once the next is made when the last was taken") {
    Showing served;
    std::string requests;
    for (int i = 0; i < 40; ++i)
        requests += get("/");
    Visitor visitor(served.http());
    visitor.send(requests);
    for (unsigned i = 1; i <= 3; ++i) {
        REQUIRE(body_of(visitor.answer()).size() == served.large->size());
        CHECK(served.made_so_far() <= i + 1);
    }
    CHECK(served.large.use_count() <= 3);
}

TEST_CASE("whoever does not take his page is shown the door, and the page is let go") {
    Limits impatient;
    impatient.request_time = std::chrono::milliseconds{300};
    Showing served(impatient);
    Visitor first(served.http());
    first.send(get("/"));
    CHECK(status_of(first.answer(false)) == "200");
    Visitor second(served.http());  // came later: when it has to go, the first had to before
    CHECK(second.closed_by_peer());
    served.on_loop([] {});
    CHECK(served.made_so_far() == 1);
    CHECK(served.large.use_count() == 1);
}

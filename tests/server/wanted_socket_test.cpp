// SPDX-License-Identifier: Apache-2.0
// From "address:port" to sockets.
#include "server/wanted_socket.hpp"

#include "support/catch.hpp"

#include <string>
#include <vector>

using namespace md::server;

namespace {

// "0.0.0.0:80 [::]:80" for what an address stands for.
std::string texts(const std::vector<WantedSocket>& wanted) {
    std::string result;
    for (const WantedSocket& one : wanted)
        result += (result.empty() ? "" : " ") + text_of({one.address, one.port});
    return result;
}

std::vector<WantedSocket> all_of(std::initializer_list<std::string> addresses) {
    std::vector<WantedSocket> result;
    for (const auto& address : addresses)
        for (const auto& one : wanted_sockets(address, 80, false))
            result.push_back(one);
    return result;
}

}  // namespace

TEST_CASE("an address stands for its sockets") {
    struct Row {
        std::string address, sockets;
    };
    auto row = GENERATE(values<Row>({{"", "0.0.0.0:80 [::]:80"},
                                     {"*", "0.0.0.0:80 [::]:80"},
                                     {"localhost", "127.0.0.1:80 [::1]:80"},
                                     {"192.0.2.1", "192.0.2.1:80"},
                                     {"0.0.0.0", "0.0.0.0:80"},
                                     {"2001:db8::1", "[2001:db8::1]:80"},
                                     {"[2001:db8::1]", "[2001:db8::1]:80"},
                                     {"[::]", "[::]:80"}}));
    CAPTURE(row.address);
    CHECK(texts(wanted_sockets(row.address, 80, false)) == row.sockets);
}

TEST_CASE("what is no IP address stands for nothing") {
    for (std::string address :
         {"nowhere.example", "192.0.2", "192.0.2.256", "[]", "[::1", "::1]", " ", "**"}) {
        CAPTURE(address);
        CHECK(wanted_sockets(address, 80, false).empty());
    }
}

TEST_CASE("a wider socket covers the narrower ones of its family and port") {
    CHECK(texts(without_covered(all_of({"192.0.2.1", "", "::1", "*"}))) == "0.0.0.0:80 [::]:80");
    CHECK(texts(without_covered(all_of({"192.0.2.1", "::", "::1"}))) == "192.0.2.1:80 [::]:80");
    CHECK(texts(without_covered(all_of({"192.0.2.1", "192.0.2.1", "192.0.2.2"}))) ==
          "192.0.2.1:80 192.0.2.2:80");
    auto other_port = all_of({""});
    other_port.push_back(wanted_sockets("192.0.2.1", 8080, false).front());
    CHECK(without_covered(other_port).size() == 3);
}

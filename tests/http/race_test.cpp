// SPDX-License-Identifier: Apache-2.0
#include "http/race.hpp"

#include "http/client.hpp"
#include "http/test_server.hpp"
#include "support/catch.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <list>

using namespace md;
using namespace std::chrono_literals;
using boost::asio::ip::make_address;
using boost::asio::ip::tcp;
using std::chrono::steady_clock;
using test::Client;
using test::TestServer;

namespace {

constexpr auto long_delay = 1h;  // no test waits for it

TestServer::Script hello() {
    return [](const std::string&, int) { return test::ok("hello"); };
}

tcp::endpoint endpoint_of(const TestServer& server) {
    return {make_address("127.0.0.1"), server.port()};
}

// Does not answer: its queue of connections nobody accepts is full, and the kernel drops the rest.
class Silent {
public:
    explicit Silent(boost::asio::io_context& context) : acceptor_(context) {
        acceptor_.open(tcp::v4());
        acceptor_.bind({make_address("127.0.0.1"), 0});
        acceptor_.listen(1);
        for (int i = 0; i < 8; ++i) {
            waiting_.emplace_back(context);
            waiting_.back().async_connect(endpoint(), [](boost::system::error_code) {});
        }
    }
    tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }
    void close() {
        waiting_.clear();
        acceptor_.close();
    }

private:
    tcp::acceptor acceptor_;
    std::list<tcp::socket> waiting_;
};

// Nobody listens there.
tcp::endpoint refusing(boost::asio::io_context& context) {
    tcp::acceptor acceptor(context, {make_address("127.0.0.1"), 0});
    return acceptor.local_endpoint();
}

base::Task<std::uint16_t> port_reached(http::Endpoints endpoints, std::chrono::milliseconds delay) {
    tcp::socket socket = co_await http::connect_first(std::move(endpoints), delay);
    co_return socket.remote_endpoint().port();
}

base::Task<std::uint16_t> port_reached_within(http::Endpoints endpoints,
                                              std::chrono::milliseconds limit) {
    base::Task<std::uint16_t> work = port_reached(std::move(endpoints), 1ms);
    base::Task<std::uint16_t> in_time = base::with_timeout(std::move(work), limit, "test");
    co_return co_await std::move(in_time);
}

}  // namespace

TEST_CASE("a silent first address costs the delay and no more") {
    Client client;
    TestServer server(client.context, hello());
    Silent silent(client.context), other(client.context);
    auto start = steady_clock::now();
    CHECK(client.run(port_reached({silent.endpoint(), other.endpoint(), endpoint_of(server)},
                                  http::attempt_delay)) == server.port());
    CHECK(steady_clock::now() - start >= 2 * http::attempt_delay);
    CHECK(steady_clock::now() - start < 10s);
    silent.close();
    other.close();
}

TEST_CASE("an address that refuses costs no delay") {
    Client client;
    TestServer server(client.context, hello());
    CHECK(client.run(port_reached({refusing(client.context), endpoint_of(server)}, long_delay)) ==
          server.port());
}

TEST_CASE("the first address is taken where it answers, and the next is not asked") {
    Client client;
    TestServer first(client.context, hello()), second(client.context, hello());
    CHECK(client.run(port_reached({endpoint_of(first), endpoint_of(second)}, long_delay)) ==
          first.port());
    client.settle();
    CHECK(second.connections() == 0);
}

TEST_CASE("a silent address is waited for while others refuse, within the caller's limit") {
    Client client;
    Silent silent(client.context);
    CHECK_THROWS_AS(
        client.run(port_reached_within({silent.endpoint(), refusing(client.context)}, 50ms)),
        base::TimedOut);
    silent.close();
}

TEST_CASE("where all refuse, that is the reason") {
    Client client;
    try {
        client.run(port_reached({refusing(client.context), refusing(client.context)}, 1ms));
        FAIL("no error");
    } catch (const http::TransportError& error) {
        CHECK(std::string(error.what()) == "connection refused");
        CHECK(error.fault() == http::TransportFault::unreachable);
    }
}

TEST_CASE("the families take turns, in the order that the resolver gave them") {
    const auto at = [](const char* address) { return tcp::endpoint(make_address(address), 443); };
    CHECK(http::interleaved({}).empty());
    CHECK(http::interleaved({at("2001:db8::1"), at("2001:db8::2"), at("2001:db8::3"),
                             at("192.0.2.1"), at("192.0.2.2")}) ==
          http::Endpoints{at("2001:db8::1"), at("192.0.2.1"), at("2001:db8::2"), at("192.0.2.2"),
                          at("2001:db8::3")});
    CHECK(http::interleaved({at("192.0.2.1"), at("2001:db8::1"), at("192.0.2.2")}) ==
          http::Endpoints{at("192.0.2.1"), at("2001:db8::1"), at("192.0.2.2")});
}

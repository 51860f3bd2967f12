// SPDX-License-Identifier: Apache-2.0
// The transport over plain TCP: connections, limits, broken answers. TLS and proxies have their own
// files.
#include "http/client.hpp"
#include "http/test_server.hpp"

#include <boost/asio/ip/tcp.hpp>

using namespace md;
using Catch::Contains;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using test::Answer;
using test::Client;
using test::ok;
using test::request_for;
using test::TestServer;

namespace {

Answer hello(const std::string&, int) {
    return ok("hello");
}

// Serves these octets, whatever is asked, and ends so.
TestServer::Script says(const std::string& octets, Answer::Then then = Answer::Then::keep_open) {
    return [octets, then](const std::string&, int) { return Answer{octets, then}; };
}

base::Task<int> send_all(http::Transport& transport, http::HttpRequest request, int count);

base::Task<void> send_counted(http::Transport& transport, http::HttpRequest request, int& done) {
    http::HttpResponse response = co_await transport.send(std::move(request));
    if (response.body == "hello")
        ++done;
}

base::Task<int> send_all(http::Transport& transport, http::HttpRequest request, int count) {
    auto executor = co_await base::asio::this_coro::executor;
    int done = 0, ended = 0;
    base::Wakeup all_ended(executor);
    for (int i = 0; i < count; ++i) {
        base::Task<void> one = send_counted(transport, request, done);
        base::asio::co_spawn(executor, std::move(one), [&](std::exception_ptr) {
            if (++ended == count)
                all_ended.wake();
        });
    }
    co_await all_ended.wait();
    co_return done;
}

base::Task<http::HttpResponse> send_within(http::Transport& transport, http::HttpRequest request,
                                           milliseconds limit) {
    base::Task<http::HttpResponse> work = transport.send(std::move(request));
    base::Task<http::HttpResponse> in_time = base::with_timeout(std::move(work), limit, "test");
    co_return co_await std::move(in_time);
}

}  // namespace

TEST_CASE("a request travels with its header and body, and the answer comes back whole") {
    Client client;
    TestServer server(client.context,
                      says("HTTP/1.1 201 Created\r\nReplay-Nonce: abc\r\n"
                           "Link: <a>\r\nLink: <b>\r\nContent-Length: 2\r\n\r\nhi"));
    auto request = request_for(server.url("/new-order?a=b"), "POST", "{\"x\":1}");
    request.headers.add("Content-Type", "application/jose+json");
    auto response = client.send(request);
    CHECK(response.status == 201);
    CHECK(response.body == "hi");
    CHECK(response.headers.find("replay-nonce") == "abc");
    CHECK(response.headers.all("link").size() == 2);
    CHECK(server.requests() ==
          std::vector<std::string>{
              "POST /new-order?a=b HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
              "\r\nUser-Agent: mdcertd/" MDCERTD_VERSION "\r\nContent-Type: application/jose+json"
              "\r\nContent-Length: 7\r\n\r\n{\"x\":1}"});
}

TEST_CASE("any status is an answer") {
    Client client;
    for (const char* status : {"200", "204", "301", "404", "429", "500", "503"}) {
        TestServer server(client.context, says(std::string("HTTP/1.1 ") + status +
                                               " X\r\nContent-Length: 0\r\n\r\n"));
        CHECK(client.get(server.url()).status == unsigned(std::stoi(status)));
    }
}

TEST_CASE("one connection serves all requests that follow each other") {
    Client client;
    TestServer server(client.context, hello);
    for (int i = 0; i < 20; ++i)
        CHECK(client.get(server.url("/" + std::to_string(i))).body == "hello");
    CHECK(server.connections() == 1);
    CHECK(server.requests().size() == 20);
    client.transport().close_idle();
    client.settle();
    CHECK(server.ended() == 1);
    CHECK(client.get(server.url()).body == "hello");
    CHECK(server.connections() == 2);
}

TEST_CASE("connections are not shared between origins") {
    Client client;
    TestServer one(client.context, hello), other(client.context, hello);
    client.get(one.url());
    client.get(other.url());
    client.get(one.url());
    CHECK(one.connections() == 1);
    CHECK(other.connections() == 1);
}

TEST_CASE("HEAD has no body, whatever its header says, and keeps the connection") {
    Client client;
    TestServer server(client.context, says("HTTP/1.1 200 OK\r\nReplay-Nonce: n\r\n"
                                           "Content-Length: 500\r\n\r\n"));
    for (int i = 0; i < 3; ++i) {
        auto response = client.send(request_for(server.url(), "HEAD"));
        CHECK(response.body.empty());
        CHECK(response.headers.find("Replay-Nonce") == "n");
    }
    CHECK(server.connections() == 1);
}

TEST_CASE("Connection: close and HTTP/1.0 end the connection") {
    Client client;
    for (const char* octets :
         {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi",
          "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi"}) {
        TestServer server(client.context, says(octets, Answer::Then::wait));
        client.get(server.url());
        client.get(server.url());
        client.settle();
        CHECK(server.connections() == 2);
        CHECK(server.ended() == 2);
    }
}

TEST_CASE("chunked bodies and bodies that end with the connection are read whole") {
    Client client;
    TestServer chunked(client.context, says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                            "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nT: t\r\n\r\n"));
    CHECK(client.get(chunked.url()).body == "abcdefg");
    CHECK(client.get(chunked.url()).body == "abcdefg");
    CHECK(chunked.connections() == 1);
    TestServer endless(client.context,
                       says("HTTP/1.1 200 OK\r\n\r\nuntil the end", Answer::Then::close));
    CHECK(client.get(endless.url()).body == "until the end");
}

TEST_CASE("interim answers are passed over, but not for ever") {
    Client client;
    std::string interim = "HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n";
    TestServer polite(client.context, says("HTTP/1.1 100 Continue\r\n\r\n" + interim +
                                           "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"));
    CHECK(client.get(polite.url()).body == "hi");
    std::string many;
    for (int i = 0; i < 100; ++i)
        many += interim;
    TestServer endless(client.context, says(many, Answer::Then::wait));
    CHECK_THAT(client.failure(endless.url()), Contains("does not come to its answer"));
    TestServer switching(client.context, says("HTTP/1.1 101 Switching Protocols\r\n\r\n"));
    CHECK(client.failure(switching.url()) != "");
}

TEST_CASE("a kept connection the server has closed is replaced, unseen") {
    Client client;
    TestServer server(client.context, hello);
    client.get(server.url());
    server.close_idle();
    client.settle();
    CHECK(client.get(server.url()).body == "hello");
    CHECK(server.connections() == 2);
    CHECK(server.requests().size() == 2);
}

TEST_CASE("a kept connection that ends at the next request is replaced once, which is said") {
    for (const char* method : {"GET", "HEAD"}) {
        Client client;
        TestServer server(client.context, [](const std::string&, int number) {
            return number == 0 ? ok("") : Answer{"", Answer::Then::cut};
        });
        CHECK_FALSE(client.send(request_for(server.url(), method)).repeated);
        CHECK(client.send(request_for(server.url(), method)).repeated);
        CHECK(server.connections() == 2);
        CHECK(server.requests().size() == 3);
    }
}

// A relay handed a POST on and lost the answer: sent again, it placed a second order.
TEST_CASE("a POST is sent once, whatever becomes of its connection") {
    Client client;
    TestServer server(client.context, [](const std::string&, int number) {
        return number == 0 ? ok("hello") : Answer{"", Answer::Then::cut};
    });
    client.get(server.url());
    try {
        client.send(request_for(server.url(), "POST", "x"));
        FAIL("no error");
    } catch (const http::TransportError& error) {
        CHECK(error.fault() == http::TransportFault::unanswered);
        CHECK_THAT(error.what(), Contains("closed the connection without an answer"));
    }
    CHECK(server.requests().size() == 2);
}

TEST_CASE("what stood in the way of a connection is told apart") {
    Client client;
    const auto fault = [&](const std::string& url) {
        try {
            client.get(url);
        } catch (const http::TransportError& error) {
            return error.fault();
        }
        return http::TransportFault::other;
    };
    TestServer server(client.context, hello);
    const std::string gone = server.url();
    server.stop();
    client.settle();
    CHECK(fault(gone) == http::TransportFault::unreachable);
    CHECK(fault("http://" + std::string(64, 'a') + ".example/") ==
          http::TransportFault::no_address);
    Client behind;
    behind.options.proxy = gone;
    CHECK_THROWS_AS(behind.get("http://localhost/"), http::TransportError);
}

TEST_CASE("a request is repeated once and no more") {
    Client client;
    int answered = 0;
    TestServer server(client.context, [&](const std::string&, int) {
        return answered++ == 0 ? ok("hello") : Answer{"", Answer::Then::cut};
    });
    client.get(server.url());
    CHECK_THAT(client.failure(server.url()), Contains("closed the connection without an answer"));
    CHECK(server.requests().size() == 3);
}

TEST_CASE("a request is not repeated once something of an answer arrived") {
    Client client;
    TestServer server(client.context, [](const std::string&, int number) {
        return number == 0 ? ok("hello") : Answer{"HTTP/1.1 2", Answer::Then::cut};
    });
    client.get(server.url());
    CHECK_THAT(client.failure(server.url()), Contains("the answer was cut short"));
    CHECK(server.requests().size() == 2);
}

TEST_CASE("a fresh connection that ends without an answer is an error at once") {
    Client client;
    TestServer server(client.context, says("", Answer::Then::cut));
    CHECK(client.failure(request_for(server.url("/x"), "POST", "y")) ==
          "POST " + server.url("/x") + ": the server closed the connection without an answer");
    CHECK(server.requests().size() == 1);
}

TEST_CASE("an answer that was cut short is an error") {
    Client client;
    for (const char* octets :
         {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", "HTTP/1.1 200 OK\r\nContent-Len", "H",
          "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab",
          "HTTP/1.1 100 Continue\r\n\r\n"}) {
        CAPTURE(octets);
        TestServer server(client.context, says(octets, Answer::Then::close));
        CHECK(client.failure(server.url()) == "GET " + server.url() + ": the answer was cut short");
    }
}

TEST_CASE("what is not HTTP is an error") {
    Client client;
    for (const std::string& octets :
         {std::string("SSH-2.0-OpenSSH_9.2\r\n\r\n"),
          std::string("\x16\x03\x01\x02\x00\r\n\r\n", 9), std::string("HTTP/1.1 abc OK\r\n\r\n"),
          std::string("HTTP/1.1 200 OK\r\nno colon\r\n\r\n"),
          std::string("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"),
          std::string("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
          std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n")}) {
        CAPTURE(octets);
        TestServer server(client.context, says(octets, Answer::Then::wait));
        CHECK_THAT(client.failure(server.url()), Contains("the answer is not HTTP"));
    }
}

TEST_CASE("header and body are bounded") {
    Client client;
    client.options.header_limit = 1000;
    client.options.body_limit = 5000;
    std::string start = "HTTP/1.1 200 OK\r\n";
    std::string body = "the body of the answer is longer than 5000 octets";
    std::string header = "the header of the answer is longer than 1000 octets";
    struct Row {
        std::string octets, expected;
    };
    for (const Row& row :
         {Row{start + "X: " + std::string(2000, 'x') + "\r\n\r\n", header},
          Row{start + "X: " + std::string(100'000, 'x'), header},
          Row{start + "Content-Length: 5001\r\n\r\n", body},
          Row{start + "Content-Length: 99999999999\r\n\r\n", body},
          Row{start + "\r\n" + std::string(20'000, 'x'), body},
          Row{start + "Transfer-Encoding: chunked\r\n\r\n2000\r\n" + std::string(0x2000, 'x'),
              body},
          Row{start + "Transfer-Encoding: chunked\r\n\r\n1;" + std::string(100'000, 'x'),
              "the answer is not HTTP"}}) {
        TestServer server(client.context, says(row.octets, Answer::Then::wait));
        CHECK_THAT(client.failure(server.url()), Contains(row.expected));
    }
    TestServer fitting(client.context,
                       says(start + "Content-Length: 5000\r\n\r\n" + std::string(5000, 'x')));
    CHECK(client.get(fitting.url()).body.size() == 5000);
}

TEST_CASE("octets nobody asked for make a connection unfit for the next request") {
    Client client;
    TestServer server(client.context, says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
                                           "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"));
    CHECK(client.get(server.url()).body == "hi");
    CHECK(client.get(server.url()).body == "hi");
    CHECK(server.connections() == 2);
}

TEST_CASE("a server that does not answer in time is left, and its connection is closed",
          "[heavy]") {
    Client client;
    client.options.request_limit = milliseconds(30);
    for (const char* octets :
         {"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"}) {
        TestServer server(client.context, says(octets, Answer::Then::wait));
        auto start = steady_clock::now();
        CHECK(client.failure(server.url()) == "GET " + server.url() + ": no answer within 30 ms");
        CHECK(steady_clock::now() - start < milliseconds(2000));
        client.settle();
        CHECK(server.ended() == 1);
    }
}

TEST_CASE("a time-out on a kept connection is not repeated") {
    Client client;
    client.options.request_limit = milliseconds(30);
    TestServer server(client.context, [](const std::string&, int number) {
        return number == 0 ? ok("hello") : Answer{"", Answer::Then::wait};
    });
    client.get(server.url());
    CHECK_THAT(client.failure(server.url()), Contains("no answer within 30 ms"));
    CHECK(server.requests().size() == 2);
}

TEST_CASE("a send that is cancelled lets go of its connection at once") {
    Client client;
    TestServer server(client.context, says("HTTP/1.1 200 OK\r\n", Answer::Then::wait));
    base::Task<http::HttpResponse> work =
        send_within(client.transport(), request_for(server.url()), milliseconds(20));
    CHECK_THROWS_AS(client.run(std::move(work)), base::TimedOut);
    client.settle();
    CHECK(server.connections() == 1);
    CHECK(server.ended() == 1);
}

TEST_CASE("a kept connection that is too old is not used again") {
    Client client;
    client.options.idle_limit = milliseconds(0);
    TestServer server(client.context, hello);
    client.get(server.url());
    client.settle();
    client.get(server.url());
    CHECK(server.connections() == 2);
}

TEST_CASE("a hundred requests at once all get their answers, and few connections are kept") {
    Client client;
    TestServer server(client.context, hello);
    CHECK(client.run(send_all(client.transport(), request_for(server.url()), 100)) == 100);
    client.settle();
    CHECK(server.connections() <= 100);
    CHECK(server.connections() - server.ended() <= 8);
    int before = server.connections();
    CHECK(client.run(send_all(client.transport(), request_for(server.url()), 8)) == 8);
    CHECK(server.connections() == before);
}

TEST_CASE("a refused connection says so") {
    Client client;
    std::string url;
    {
        TestServer server(client.context, hello);
        url = server.url("/dir");
        server.stop();
        client.settle();
    }
    CHECK(client.failure(url) == "GET " + url + ": connection refused");
}

TEST_CASE("a name that does not resolve says so") {
    Client client;
    std::string name = std::string(64, 'a') + ".example";  // no name server is asked for that
    CHECK_THAT(client.failure("http://" + name + "/"), Contains("cannot resolve " + name + ": "));
}

TEST_CASE("all addresses of a name are tried") {
    Client client;
    TestServer server(client.context, hello);
    // localhost is ::1 and 127.0.0.1, in that order, on most systems; the server has only one.
    auto response = client.get("http://localhost:" + std::to_string(server.port()) + "/");
    CHECK(response.body == "hello");
    CHECK_THAT(server.requests().front(), Contains("\r\nHost: localhost:"));
}

TEST_CASE("IPv6 addresses are reached") {
    Client client;
    boost::system::error_code unavailable;
    boost::asio::ip::tcp::socket probe(client.context);
    probe.open(boost::asio::ip::tcp::v6(), unavailable);
    probe.bind({boost::asio::ip::address_v6::loopback(), 0}, unavailable);
    if (unavailable) {
        WARN("no IPv6 here");
        return;
    }
    TestServer server(client.context, hello, "::1");
    CHECK(client.get(server.url()).body == "hello");
    CHECK_THAT(server.requests().front(),
               Contains("\r\nHost: [::1]:" + std::to_string(server.port()) + "\r\n"));
}

TEST_CASE("a request cannot smuggle header lines") {
    Client client;
    TestServer server(client.context, hello);
    auto request = request_for(server.url());
    request.headers.add("X", "a\r\nEvil: b");
    CHECK_THAT(client.failure(request), Contains("control characters"));
    CHECK(server.connections() == 0);
}

TEST_CASE("a transport may go while its requests are on their way") {
    Client client;
    TestServer server(client.context, hello);
    auto transport =
        std::make_unique<http::BeastTransport>(client.context.get_executor(), client.options);
    base::Task<http::HttpResponse> work = transport->send(request_for(server.url()));
    transport.reset();
    CHECK(client.run(std::move(work)).body == "hello");
}

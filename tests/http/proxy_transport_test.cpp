// SPDX-License-Identifier: Apache-2.0
// Through forward proxies: one of ours that shows what it is told, and the real tinyproxy where it
// is installed.
#include "crypto/openssl_command.hpp"
#include "crypto/test_authority.hpp"
#include "http/client.hpp"
#include "http/test_server.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <filesystem>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

extern char** environ;

using namespace md;
using Catch::Contains;
using std::chrono::days;
using test::Answer;
using test::Client;
using test::ok;
using test::TestServer;
using tcp = boost::asio::ip::tcp;

namespace {

const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());

Answer hello(const std::string&, int) {
    return ok("hello");
}

struct World {
    test::OpensslCommand folder;
    test::TestAuthority root{"Test Root", now - days(10), now + days(100)};
    crypto::PrivateKey key = crypto::PrivateKey::generate(model::KeySpec::ec("p-256"));
    Client client;
    std::string chain =
        root.issue(key, {"leaf", "IP:127.0.0.1", now - days(1), now + days(9)}).to_pem();
    TestServer secure{client.context, hello, chain, key};
    TestServer plain{client.context, hello};

    World() {
        folder.file("roots.pem", root.certificate().to_pem());
        client.options.ca_file = folder.path("roots.pem");
    }
    TestServer::Script tunnelling() {
        return [port = secure.port()](const std::string& request, int) {
            if (!request.starts_with("CONNECT "))
                return ok("by the proxy");
            return Answer{"HTTP/1.1 200 Connection established\r\n\r\n", Answer::Then::tunnel,
                          port};
        };
    }
    void use_proxy(std::uint16_t port, const std::string& credentials = "") {
        client.options.proxy = "http://" + credentials + "127.0.0.1:" + std::to_string(port);
    }
};

std::uint16_t free_port(boost::asio::io_context& context) {
    tcp::acceptor acceptor(context, {boost::asio::ip::address_v4::loopback(), 0});
    return acceptor.local_endpoint().port();
}

// tinyproxy on a port of its own, until it goes out of scope.
class Tinyproxy {
public:
    static bool installed() { return std::filesystem::exists("/usr/bin/tinyproxy"); }

    Tinyproxy(World& world, const std::string& more) : port(free_port(world.client.context)) {
        world.folder.file("tinyproxy.conf", "Port " + std::to_string(port) +
                                                "\nListen 127.0.0.1\nAllow 127.0.0.1\nTimeout 30\n"
                                                "LogLevel Critical\nMaxClients 20\n" +
                                                more);
        std::string file = world.folder.path("tinyproxy.conf");
        std::array<char*, 5> arguments = {const_cast<char*>("tinyproxy"), const_cast<char*>("-d"),
                                          const_cast<char*>("-c"), file.data(), nullptr};
        REQUIRE(::posix_spawn(&pid_, "/usr/bin/tinyproxy", nullptr, nullptr, arguments.data(),
                              environ) == 0);
        bool listening = world.client.run(reachable(port));
        REQUIRE(listening);
    }
    Tinyproxy(const Tinyproxy&) = delete;
    Tinyproxy& operator=(const Tinyproxy&) = delete;
    ~Tinyproxy() {
        ::kill(pid_, SIGTERM);
        ::waitpid(pid_, nullptr, 0);
    }

    const std::uint16_t port;

private:
    static base::Task<bool> reachable(std::uint16_t port) {
        auto executor = co_await boost::asio::this_coro::executor;
        boost::asio::steady_timer pause(executor);
        for (int i = 0; i < 1000; ++i) {
            tcp::socket socket(executor);
            boost::system::error_code failed;
            tcp::endpoint place(boost::asio::ip::address_v4::loopback(), port);
            co_await socket.async_connect(
                place, boost::asio::redirect_error(boost::asio::use_awaitable, failed));
            if (!failed)
                co_return true;
            pause.expires_after(std::chrono::milliseconds(5));
            co_await pause.async_wait(boost::asio::use_awaitable);
        }
        co_return false;
    }

    pid_t pid_ = 0;
};

}  // namespace

TEST_CASE("https goes through a tunnel, verified to the end, and the tunnel is kept") {
    World world;
    TestServer proxy(world.client.context, world.tunnelling());
    world.use_proxy(proxy.port());
    for (int i = 0; i < 3; ++i)
        CHECK(world.client.get(world.secure.url("/dir")).body == "hello");
    std::string place = "127.0.0.1:" + std::to_string(world.secure.port());
    REQUIRE(proxy.requests().size() == 1);
    CHECK(proxy.requests()[0] == "CONNECT " + place + " HTTP/1.1\r\nHost: " + place +
                                     "\r\nUser-Agent: mdcertd/" MDCERTD_VERSION "\r\n\r\n");
    CHECK(world.secure.requests().size() == 3);
    CHECK(world.secure.requests()[0].starts_with("GET /dir HTTP/1.1\r\n"));
}

TEST_CASE("http is asked of the proxy in absolute form") {
    World world;
    TestServer proxy(world.client.context, world.tunnelling());
    world.use_proxy(proxy.port(), "user:secret@");
    CHECK(world.client.get(world.plain.url("/dir?x")).body == "by the proxy");
    std::string place = "127.0.0.1:" + std::to_string(world.plain.port());
    CHECK(proxy.requests()[0] == "GET http://" + place + "/dir?x HTTP/1.1\r\nHost: " + place +
                                     "\r\nUser-Agent: mdcertd/" MDCERTD_VERSION
                                     "\r\nProxy-Authorization: Basic dXNlcjpzZWNyZXQ=\r\n\r\n");
}

TEST_CASE("credentials go to the proxy and nowhere else") {
    World world;
    TestServer proxy(world.client.context, world.tunnelling());
    world.use_proxy(proxy.port(), "user:secret@");
    world.client.get(world.secure.url());
    CHECK_THAT(proxy.requests()[0], Contains("Proxy-Authorization: Basic dXNlcjpzZWNyZXQ=\r\n"));
    CHECK_THAT(world.secure.requests()[0], !Contains("Authorization"));
}

TEST_CASE("a proxy that refuses is named, without its credentials") {
    World world;
    struct Row {
        const char *status, *expected;
    };
    for (const Row& row : {Row{"407 Proxy Authentication Required",
                               "refused with status 407: it wants a user name and a password"},
                           Row{"403 Forbidden", "refused with status 403"},
                           Row{"502 Bad Gateway", "refused with status 502"}}) {
        TestServer proxy(world.client.context, [&](const std::string&, int) {
            return Answer{std::string("HTTP/1.1 ") + row.status +
                          "\r\nContent-Length: 3\r\n\r\nno!"};
        });
        Client client;
        http::TransportOptions options = world.client.options;
        options.proxy = "http://user:secret@127.0.0.1:" + std::to_string(proxy.port());
        http::BeastTransport transport(world.client.context.get_executor(), options);
        auto request = test::request_for(world.secure.url());
        CHECK_THROWS_WITH(world.client.run(transport.send(request)),
                          "GET " + world.secure.url() + ": the proxy http://127.0.0.1:" +
                              std::to_string(proxy.port()) + " " + row.expected);
    }
    CHECK(world.secure.connections() == 0);
}

TEST_CASE("407 is the proxy's word for http too") {
    World world;
    TestServer proxy(world.client.context, [](const std::string&, int) {
        return Answer{"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n"};
    });
    world.use_proxy(proxy.port());
    CHECK_THAT(world.client.failure(world.plain.url()), Contains("refused with status 407"));
}

TEST_CASE("a proxy that is down, hangs up or talks nonsense is named", "[heavy]") {
    World world;
    std::string place;
    SECTION("down") {
        world.use_proxy(free_port(world.client.context), "user:secret@");
        CHECK_THAT(world.client.failure(world.secure.url()),
                   Contains(": the proxy http://127.0.0.1:") && Contains(": connection refused") &&
                       !Contains("secret"));
    }
    SECTION("hangs up") {
        TestServer proxy(world.client.context, [](const std::string&, int) {
            return Answer{"", Answer::Then::cut};
        });
        world.use_proxy(proxy.port());
        CHECK_THAT(world.client.failure(world.secure.url()),
                   Contains("the proxy http://127.0.0.1:") && Contains("without an answer"));
    }
    SECTION("nonsense") {
        TestServer proxy(world.client.context, [](const std::string&, int) {
            return Answer{"220 smtp.example ESMTP\r\n\r\n", Answer::Then::wait};
        });
        world.use_proxy(proxy.port());
        CHECK_THAT(world.client.failure(world.secure.url()),
                   Contains("the proxy http://127.0.0.1:") && Contains("not HTTP"));
    }
    SECTION("speaks before it is asked") {
        TestServer proxy(world.client.context, [](const std::string&, int) {
            return Answer{"HTTP/1.1 200 OK\r\n\r\nsurprise", Answer::Then::wait};
        });
        world.use_proxy(proxy.port());
        CHECK_THAT(world.client.failure(world.secure.url()), Contains("what nobody asked for"));
    }
    SECTION("silent") {
        world.client.options.connect_limit = std::chrono::milliseconds(50);
        TestServer proxy(world.client.context, [](const std::string&, int) {
            return Answer{"", Answer::Then::wait};
        });
        world.use_proxy(proxy.port());
        CHECK_THAT(world.client.failure(world.secure.url()),
                   Contains("no connection within 50 ms"));
        world.client.settle();
        CHECK(proxy.ended() == 1);
    }
}

TEST_CASE("a certificate is checked through the tunnel for the host, not the proxy") {
    World world;
    world.client.options.ca_file = "";
    TestServer proxy(world.client.context, world.tunnelling());
    world.use_proxy(proxy.port());
    CHECK_THAT(world.client.failure(world.secure.url()),
               Contains("the certificate is not trusted"));
}

TEST_CASE("tinyproxy without and with credentials") {
    if (!Tinyproxy::installed()) {
        WARN("tinyproxy is not installed");
        return;
    }
    World world;
    std::string connect_port = "ConnectPort " + std::to_string(world.secure.port()) + "\n";
    SECTION("open") {
        Tinyproxy proxy(world, connect_port);
        world.use_proxy(proxy.port);
        CHECK(world.client.get(world.secure.url()).body == "hello");
        CHECK(world.client.get(world.secure.url()).body == "hello");
        CHECK(world.secure.connections() == 1);
        CHECK(world.client.get(world.plain.url("/x")).body == "hello");
        CHECK(world.plain.requests()[0].starts_with("GET /x HTTP/1."));
    }
    SECTION("with the right credentials") {
        Tinyproxy proxy(world, connect_port + "BasicAuth user secret\n");
        world.use_proxy(proxy.port, "user:secret@");
        CHECK(world.client.get(world.secure.url()).body == "hello");
        CHECK(world.client.get(world.plain.url()).body == "hello");
    }
    SECTION("with wrong or no credentials") {
        Tinyproxy proxy(world, connect_port + "BasicAuth user secret\n");
        world.use_proxy(proxy.port);
        CHECK_THAT(world.client.failure(world.secure.url()),
                   Contains("the proxy http://127.0.0.1:" + std::to_string(proxy.port)) &&
                       Contains("refused with status 40"));
        CHECK_THAT(world.client.failure(world.plain.url()), Contains("refused with status 40"));
    }
    SECTION("with a port it does not connect to") {
        Tinyproxy proxy(world, "ConnectPort 1\n");
        world.use_proxy(proxy.port);
        CHECK_THAT(world.client.failure(world.secure.url()), Contains("refused with status 403"));
    }
}

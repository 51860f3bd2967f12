// SPDX-License-Identifier: Apache-2.0
#include "http/tls.hpp"

#include "crypto/error.hpp"
#include "crypto/openssl_command.hpp"
#include "crypto/test_authority.hpp"
#include "http/client.hpp"
#include "http/test_server.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <openssl/err.h>

#include <cstdlib>

using namespace md;
using Catch::Contains;
using std::chrono::days;
using std::chrono::milliseconds;
using test::Answer;
using test::Client;
using test::ok;
using test::request_for;
using test::TestServer;

namespace {

const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());

Answer hello(const std::string&, int) {
    return ok("hello");
}

// A client that trusts a CA of ours, in a file.
struct World {
    test::OpensslCommand folder;
    test::TestAuthority root{"Test Root", now - days(10), now + days(100)};
    test::TestAuthority intermediate{"Test Intermediate", root};
    crypto::PrivateKey key = crypto::PrivateKey::generate(model::KeySpec::ec("p-256"));
    Client client;

    World() {
        folder.file("roots.pem", root.certificate().to_pem());
        client.options.ca_file = folder.path("roots.pem");
    }

    std::string chain(const std::string& names, crypto::sys_seconds until = now + days(9)) const {
        return intermediate.issue(key, {"leaf", names, now - days(1), until}).to_pem() +
               intermediate.certificate().to_pem();
    }
    TestServer server(const std::string& names, TestServer::Script script = hello) {
        return {client.context, std::move(script), chain(names), key};
    }
};

}  // namespace

TEST_CASE("a trusted server for the right address is talked to, over one connection") {
    World world;
    TestServer server = world.server("IP:127.0.0.1");
    for (int i = 0; i < 5; ++i)
        CHECK(world.client.get(server.url()).body == "hello");
    CHECK(server.connections() == 1);
    CHECK(ERR_peek_error() == 0);
}

TEST_CASE("a trusted server for the right name is talked to") {
    World world;
    TestServer server = world.server("DNS:localhost");
    std::string url = "https://localhost:" + std::to_string(server.port()) + "/";
    CHECK(world.client.get(url).body == "hello");
}

TEST_CASE("a certificate for another host is refused") {
    World world;
    TestServer server = world.server("DNS:ca.example,IP:127.0.0.2");
    CHECK(world.client.failure(server.url()) ==
          "GET " + server.url() + ": the certificate is not for 127.0.0.1");
    std::string url = "https://localhost:" + std::to_string(server.port()) + "/";
    CHECK(world.client.failure(url) == "GET " + url + ": the certificate is not for localhost");
    CHECK(server.requests().empty());
    CHECK(ERR_peek_error() == 0);
}

TEST_CASE("a name in the subject alone does not count") {
    World world;
    auto leaf =
        world.intermediate.issue(world.key, {"localhost", "", now - days(1), now + days(9)});
    TestServer server(world.client.context, hello,
                      leaf.to_pem() + world.intermediate.certificate().to_pem(), world.key);
    CHECK_THAT(world.client.failure("https://localhost:" + std::to_string(server.port()) + "/"),
               Contains("the certificate is not for localhost"));
}

TEST_CASE("an untrusted certificate is refused, with OpenSSL's reason") {
    World world;
    test::TestAuthority stranger("Stranger", now - days(10), now + days(100));
    auto leaf = stranger.issue(world.key, {"leaf", "IP:127.0.0.1", now - days(1), now + days(9)});
    TestServer server(world.client.context, hello, leaf.to_pem(), world.key);
    CHECK(world.client.failure(server.url()) ==
          "GET " + server.url() +
              ": the certificate is not trusted: unable to get local issuer certificate");
    CHECK(server.requests().empty());
}

TEST_CASE("an expired certificate is refused") {
    World world;
    TestServer server(world.client.context, hello,
                      world.chain("IP:127.0.0.1", now - std::chrono::hours(1)), world.key);
    CHECK_THAT(world.client.failure(server.url()),
               Contains("the certificate is not trusted: certificate has expired"));
}

TEST_CASE("without a file the system's roots decide, and ours is not one") {
    World world;
    world.client.options.ca_file = "";
    TestServer server = world.server("IP:127.0.0.1");
    CHECK_THAT(world.client.failure(server.url()), Contains("the certificate is not trusted"));
}

TEST_CASE("SSL_CERT_FILE says what the system's roots are") {
    World world;
    const char* before = ::getenv("SSL_CERT_FILE");
    std::string kept = before != nullptr ? before : "";
    ::setenv("SSL_CERT_FILE", world.client.options.ca_file.c_str(), 1);
    world.client.options.ca_file = "";
    TestServer server = world.server("IP:127.0.0.1");
    std::string failure = world.client.failure(server.url());
    if (before != nullptr)
        ::setenv("SSL_CERT_FILE", kept.c_str(), 1);
    else
        ::unsetenv("SSL_CERT_FILE");
    CHECK(failure == "");
}

TEST_CASE("a CA file that cannot be read or has no certificate is named") {
    World world;
    world.folder.file("empty.pem", std::string_view("nothing"));
    for (const std::string& path :
         {world.folder.path("missing.pem"), world.folder.path("empty.pem")}) {
        Client client;
        client.options.ca_file = path;
        CHECK_THROWS_AS(client.transport(), crypto::CryptoError);
        CHECK_THROWS_WITH(client.transport(), Contains(path));
        CHECK(ERR_peek_error() == 0);
    }
    Client client;
    client.options.ca_file = world.folder.path("missing.pem");
    CHECK_THROWS_WITH(client.transport(), Contains("No such file or directory"));
}

TEST_CASE("a body that is complete needs no close_notify, one that ends with the stream does") {
    World world;
    std::string whole = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi";
    std::string open_end = "HTTP/1.1 200 OK\r\n\r\nhi";
    for (auto then : {Answer::Then::close, Answer::Then::cut}) {
        TestServer sized = world.server("IP:127.0.0.1", [&](const std::string&, int) {
            return Answer{whole, then};
        });
        CHECK(world.client.get(sized.url()).body == "hi");
        TestServer endless = world.server("IP:127.0.0.1", [&](const std::string&, int) {
            return Answer{open_end, then};
        });
        std::string failure = world.client.failure(endless.url());
        if (then == Answer::Then::close)
            CHECK(failure == "");
        else
            CHECK_THAT(failure, Contains("the answer was cut short"));
    }
}

TEST_CASE("over TLS too, a kept connection that ended is replaced once") {
    World world;
    TestServer server = world.server("IP:127.0.0.1", [](const std::string&, int number) {
        return number < 2 ? ok("hello") : Answer{"", Answer::Then::close};
    });
    for (int i = 0; i < 6; ++i)
        CHECK(world.client.get(server.url()).body == "hello");
    CHECK(server.connections() == 3);
    CHECK(server.requests().size() == 8);
}

TEST_CASE("over TLS too, octets nobody asked for are not taken for the next answer") {
    // The first answer fills one TLS record to its last octet, so that what follows is not read
    // along with it.
    constexpr std::size_t record = 16384;
    std::string start = "HTTP/1.1 200 OK\r\nContent-Length: 16300\r\nX: ";
    std::string whole = start + std::string(record - 16300 - start.size() - 4, 'x') + "\r\n\r\n" +
                        std::string(16300, 'a');
    World world;
    TestServer server = world.server("IP:127.0.0.1", [&](const std::string&, int) {
        return Answer{whole + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"};
    });
    for (int i = 0; i < 3; ++i) {
        CHECK(world.client.get(server.url()).body.front() == 'a');
        world.client.settle();
    }
    CHECK(server.connections() == 3);
}

TEST_CASE("over TLS too, slow servers are left and cancelled sends let go") {
    World world;
    world.client.options.request_limit = milliseconds(50);
    TestServer server = world.server("IP:127.0.0.1", [](const std::string&, int) {
        return Answer{"HTTP/1.1 200 OK\r\n", Answer::Then::wait};
    });
    CHECK_THAT(world.client.failure(server.url()), Contains("no answer within 50 ms"));
    world.client.settle();
    CHECK(server.ended() == 1);
}

TEST_CASE("a server that never shakes hands is left") {
    Client client;
    client.options.connect_limit = milliseconds(50);
    TestServer silent(client.context, [](const std::string&, int) { return Answer{}; });
    std::string url = "https://127.0.0.1:" + std::to_string(silent.port()) + "/";
    CHECK(client.failure(url) == "GET " + url + ": no connection within 50 ms");
    client.settle();
    CHECK(silent.ended() == 1);
}

TEST_CASE("a server that does not speak TLS is an error of the handshake") {
    Client client;
    boost::asio::ip::tcp::acceptor acceptor(client.context,
                                            {boost::asio::ip::address_v4::loopback(), 0});
    boost::asio::ip::tcp::socket peer(client.context);
    std::string url = "https://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()) + "/";
    SECTION("it says something else") {
        acceptor.async_accept(peer, [&](boost::system::error_code) {
            peer.send(boost::asio::buffer(std::string("HTTP/1.1 400 Bad Request\r\n\r\n")));
        });
        CHECK_THAT(client.failure(url), Contains("the TLS handshake failed: wrong version number"));
    }
    SECTION("it hangs up") {
        acceptor.async_accept(peer, [&](boost::system::error_code) { peer.close(); });
        CHECK_THAT(client.failure(url),
                   Contains("the server closed the connection during the TLS handshake"));
    }
    CHECK(ERR_peek_error() == 0);
}

TEST_CASE("nothing older than TLS 1.2 is spoken, and nothing unverified") {
    auto context = http::client_context("");
    SSL_CTX* native = context->native_handle();
    CHECK(SSL_CTX_get_min_proto_version(native) == TLS1_2_VERSION);
    CHECK(SSL_CTX_get_verify_mode(native) == SSL_VERIFY_PEER);
}

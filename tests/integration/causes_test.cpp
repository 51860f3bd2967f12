// SPDX-License-Identifier: Apache-2.0
// What an administrator is told of each thing that is commonly wrong on the way to the CA: the
// cause, with the sentence that is its own, and the command that looks further.
#include "plays.hpp"
#include "site.hpp"
#include "support/acme_shim.hpp"
#include "support/catch.hpp"
#include "support/scratch.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <string>
#include <vector>

using namespace md::test;

namespace {

struct World {
    Pebble ca{PebbleOptions::calm()};
    AcmeShim shim{ca};

    std::string ca_line() const { return "MDCACertificateFile " + ca.ca_file().string() + "\n"; }
};

struct Row {
    std::string cause, detail, advice;
    std::string from, to;  // in the configuration
};

// What `status` says after one attempt.
void check_row(World& world, const Row& row) {
    INFO(row.cause << ": " << row.to);
    Site site(world.ca);
    REQUIRE(site.server_part.find(row.from) != std::string::npos);
    site.server_part = replaced(site.server_part, row.from, row.to);
    site.configure("MDPrivateKeys P-256\nManagedDomain one.test\n");
    CHECK(site.mdcertd({"once"}).status == 1);
    const json problem = site.status_of("one.test")["last-problem"];
    INFO(problem.dump(2));
    CHECK(problem["cause"] == row.cause);
    CHECK_THAT(problem["detail"].get<std::string>(), Catch::Contains(row.detail));
    CHECK_THAT(problem["advice"].get<std::string>(), Catch::Contains(row.advice));
    const std::string text = site.mdcertd({"status", "one.test"}).output;
    CHECK_THAT(text, Catch::Contains("`mdcertd check --online one.test`"));
    CHECK_THAT(text, !Catch::Contains("about:blank"));
}

}  // namespace

TEST_CASE("each thing in the way to the CA is named in status, with its own advice") {
    World world;
    Scratch folder;
    write_file(folder / "no.pem", "not a certificate\n");
    const std::string directory = world.ca.directory_url(), file = world.ca.ca_file().string();
    const std::string nowhere = "https://" + std::string(64, 'a') + ".example/dir";
    for (const Row& row : std::vector<Row>{
             {"ca-file", "No such file", "MDCACertificateFile", file, "/nonexistent/ca.pem"},
             {"ca-file", "no.pem", "PEM", file, (folder / "no.pem").string()},
             {"ca-untrusted", "not trusted", "does not trust", world.ca_line(), ""},
             {"ca-no-address", "cannot resolve", "has no address", directory, nowhere},
             {"ca-unreachable", "connection refused", "cannot be reached", directory,
              "https://127.0.0.1:1/dir"},
             {"no-directory", "404", "ACME directory", directory, directory + "/nothing"},
             {"proxy", "the proxy", "Check MDHttpProxy", world.ca_line(),
              world.ca_line() + "MDHttpProxy http://127.0.0.1:1\n"},
         })
        check_row(world, row);
}

TEST_CASE("a CA that redirects is told with the target, one that is a web page with its lines") {
    World world;
    Reply moved = reply(301, "text/html", "");
    moved.set("Location", "https://new.test/directory");
    world.shim.play(Resource::directory, instead(moved));
    check_row(world, {"redirected", "redirects to https://new.test/directory (HTTP status 301)",
                      "target named above", world.ca.directory_url(), world.shim.directory_url()});
    world.shim.honest();
    world.shim.play(Resource::directory, says("<html>\n<h1>It works!</h1>\n\x1b[2J"));
    check_row(world, {"no-directory", "<html> <h1>It works!</h1> ?[2J", "ACME directory",
                      world.ca.directory_url(), world.shim.directory_url()});
}

TEST_CASE("a busy port is told with how to find out who holds it") {
    World world;
    boost::asio::io_context context;
    using boost::asio::ip::tcp;
    tcp::acceptor holder(context, {boost::asio::ip::make_address("127.0.0.1"), 0});
    const std::string port = std::to_string(holder.local_endpoint().port());
    const std::string map = "MDPortMap 80:" + std::to_string(world.ca.http_port()) +
                            " 443:" + std::to_string(world.ca.tls_port()) +
                            "\nListen 127.0.0.1:" + std::to_string(world.ca.http_port()) +
                            "\nListen 127.0.0.1:" + std::to_string(world.ca.tls_port()) + "\n";
    check_row(world, {"no-port", "no challenge can be answered", "ss -ltnp", map,
                      "MDPortMap 80:" + port + " 443:-\nListen 127.0.0.1:" + port + "\n"});
}

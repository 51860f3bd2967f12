// SPDX-License-Identifier: Apache-2.0
// SIGHUP: the new configuration is taken up, what is held and what runs is not disturbed.
#include "service_manager.hpp"
#include "site.hpp"
#include "support/catch.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace md::test;
using std::chrono::seconds;

namespace {

// A new configuration, and the daemon has read it.
void reload(Site& site, Process& daemon, const std::string& domains,
            const std::string& answer = "configuration reloaded") {
    const unsigned before = occurrences(daemon.output(), answer);
    site.configure(domains);
    daemon.signal(SIGHUP);
    INFO(daemon.output());
    REQUIRE(daemon.wait_for_output(answer, seconds{20}, before + 1));
}

bool wait_for_state(Site& site, Process& daemon, const std::string& name, unsigned times = 1) {
    return daemon.wait_for_output("notified domain=" + name, seconds{60}, times) &&
           fs::exists(site.live(name, "pubcert.pem"));
}

// A client that takes its time.
class SlowClient {
public:
    explicit SlowClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        to.sin_port = htons(port);
        REQUIRE(connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
    }
    ~SlowClient() { close(socket_); }
    SlowClient(const SlowClient&) = delete;
    SlowClient& operator=(const SlowClient&) = delete;

    void send(const std::string& text) {
        REQUIRE(::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) ==
                static_cast<ssize_t>(text.size()));
    }
    std::string first_octets() {
        pollfd ready{socket_, POLLIN, 0};
        std::array<char, 64> buffer;
        if (poll(&ready, 1, 20000) != 1)
            return "nothing";
        const ssize_t size = recv(socket_, buffer.data(), buffer.size(), 0);
        return {buffer.data(), size < 0 ? 0 : static_cast<std::size_t>(size)};
    }

private:
    int socket_;
};

}  // namespace

TEST_CASE("a reload takes domains up and lets them go, and asks for nothing anew") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure("ManagedDomain one.test\n");
    const auto daemon = site.run();
    REQUIRE(wait_for_state(site, *daemon, "one.test"));
    const std::string first = site.fingerprint("one.test");

    reload(site, *daemon, "ManagedDomain one.test\nManagedDomain two.test\n");
    REQUIRE(wait_for_state(site, *daemon, "two.test"));
    reload(site, *daemon, "ManagedDomain two.test\n");
    CHECK_THAT(site.mdcertd({"status"}).output,
               !Catch::StartsWith("one.test") && Catch::Contains("    one.test, valid until"));
    CHECK(site.fingerprint("one.test") == first);  // nobody throws it away
    reload(site, *daemon, "ManagedDomain two.test\nManagedDomain one.test\n");
    CHECK(site.status_of("one.test").at("state") == "valid");
    CHECK(site.fingerprint("one.test") == first);
    CHECK(ca.orders() == 2);

    // A name more is a certificate more, a name less is none.
    reload(site, *daemon, "ManagedDomain two.test www.two.test\nManagedDomain one.test\n");
    REQUIRE(wait_for_state(site, *daemon, "two.test", 2));
    CHECK(site.verify("two.test", "www.two.test") == "");
    reload(site, *daemon, "ManagedDomain two.test\nManagedDomain one.test\n");
    CHECK(site.status_of("two.test").at("state") == "valid");
    CHECK(ca.orders() == 3);
    CHECK(daemon->stop(seconds{5}) == 0);
}

TEST_CASE("a renamed domain keeps its certificate under the new name") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure("ManagedDomain one.test www.one.test\n");
    const auto daemon = site.run();
    REQUIRE(wait_for_state(site, *daemon, "one.test"));
    const std::string first = site.fingerprint("one.test");

    reload(site, *daemon, "ManagedDomain www.one.test one.test\n");
    CHECK_THAT(daemon->output(), Catch::Contains("managed domain renamed: servers that read") &&
                                     Catch::Contains("new=domains/www.one.test"));
    CHECK(site.fingerprint("www.one.test") == first);
    // Who reads the former place is led to the new one.
    CHECK(fs::is_symlink(site.store() / "domains/one.test"));
    CHECK(site.fingerprint("one.test") == first);
    CHECK(site.status_of("www.one.test").at("state") == "valid");
    CHECK(site.key_matches("www.one.test"));
    CHECK(daemon->stop(seconds{5}) == 0);
    CHECK(ca.orders() == 1);
}

TEST_CASE("a domain renamed while it is being obtained is not ordered a second time") {
    Pebble ca({.nonce_reject = 0, .authz_reuse = 0, .sleep_at_most = 2});
    Site site(ca);
    site.configure("ManagedDomain one.test www.one.test\n");
    const auto daemon = site.run();
    REQUIRE(ca.wait_for_request("/chalZ/", seconds{60}));
    reload(site, *daemon, "ManagedDomain www.one.test one.test\n");
    const bool done = wait_for_state(site, *daemon, "www.one.test");
    INFO(daemon->output());
    REQUIRE(done);
    CHECK(site.verify("www.one.test", "one.test") == "");
    CHECK(daemon->stop(seconds{5}) == 0);
    CHECK(ca.orders() == 1);
}

TEST_CASE("an attempt under way finishes whatever is reloaded meanwhile") {
    Pebble ca({.nonce_reject = 0, .authz_reuse = 0, .sleep_at_most = 2});
    Site site(ca);
    site.configure("ManagedDomain one.test\nManagedDomain gone.test\n");
    const auto daemon = site.run();
    REQUIRE(ca.wait_for_request("/chalZ/", seconds{60}));
    reload(site, *daemon, "ManagedDomain one.test\nMDRenewWindow 5d\n");
    reload(site, *daemon, "MDRenewWindow never\n", "the former one stays in force");
    reload(site, *daemon, "ManagedDomain one.test\nManagedDomain two.test\n");
    REQUIRE(wait_for_state(site, *daemon, "one.test"));
    REQUIRE(wait_for_state(site, *daemon, "two.test"));
    CHECK(site.notified("one.test") == 1);
    CHECK(daemon->stop(seconds{5}) == 0);
    CHECK(ca.orders() == 3);
}

TEST_CASE("a domain that moves to another CA is obtained there, once, and meanwhile stays valid") {
    Pebble ca(PebbleOptions::calm()), other(PebbleOptions::calm());
    Site site(ca);
    const std::string former = site.server_part;
    site.configure("ManagedDomain one.test\n");
    const auto daemon = site.run();
    REQUIRE(wait_for_state(site, *daemon, "one.test"));
    const std::string first = site.fingerprint("one.test");

    // The other CA's validator comes to other ports.
    std::string moved = replaced(former, ca.directory_url(), other.directory_url());
    moved = replaced(moved, ca.ca_file().string(), other.ca_file().string());
    moved = replaced(moved, std::to_string(ca.http_port()), std::to_string(other.http_port()));
    moved = replaced(moved, std::to_string(ca.tls_port()), std::to_string(other.tls_port()));
    site.server_part = moved;
    reload(site, *daemon, "ManagedDomain one.test\n");
    CHECK(site.status_of("one.test").at("state") == "valid");
    REQUIRE(wait_for_state(site, *daemon, "one.test", 2));
    CHECK(site.fingerprint("one.test") != first);
    CHECK(site.status_of("one.test").at("state") == "valid");
    CHECK(ca.orders() == 1);
    CHECK(other.orders() == 1);
    CHECK(other.accounts() == 1);
    CHECK(daemon->stop(seconds{5}) == 0);
}

TEST_CASE("a domain that cannot be obtained moves away from a CA that is gone") {
    Pebble ca({.nonce_reject = 0, .authz_reuse = 0, .sleep_at_most = 5}),
        other(PebbleOptions::calm());
    Site site(ca);
    site.server_part += "MDRetryDelay 1h\n";
    site.configure("ManagedDomain one.test\n");
    const auto daemon = site.run();
    REQUIRE(ca.wait_for_request("/chalZ/", seconds{60}));  // an order is pending there
    ca.stop();
    REQUIRE(daemon->wait_for_output("attempt failed domain=one.test", seconds{60}));
    std::string moved = replaced(site.server_part, ca.directory_url(), other.directory_url());
    moved = replaced(moved, ca.ca_file().string(), other.ca_file().string());
    moved = replaced(moved, std::to_string(ca.http_port()), std::to_string(other.http_port()));
    moved = replaced(moved, std::to_string(ca.tls_port()), std::to_string(other.tls_port()));
    site.server_part = moved;
    reload(site, *daemon, "ManagedDomain one.test\n");
    const bool obtained = wait_for_state(site, *daemon, "one.test");  // at once, not after a delay
    INFO(daemon->output());
    REQUIRE(obtained);
    CHECK(other.orders() == 1);
    CHECK(daemon->stop(seconds{5}) == 0);
}

TEST_CASE("ports move with a reload, and a request under way is answered") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    const ReservedPort http, tls;
    const std::string former = site.server_part;
    site.configure("<ManagedDomain one.test>\n    MDDriveMode manual\n</ManagedDomain>\n");
    const auto daemon = site.run();
    REQUIRE(daemon->wait_for_port(ca.http_port(), seconds{20}));
    REQUIRE(daemon->wait_for_port(ca.tls_port(), seconds{20}));
    REQUIRE(daemon->wait_for_output("mdcertd runs", seconds{20}));

    SlowClient client(ca.http_port());
    client.send("GET / HTTP/1.1\r\nHost: one.test\r\n");
    site.server_part =
        replaced(former, std::to_string(ca.http_port()), std::to_string(http.number()));
    site.server_part =
        replaced(site.server_part, std::to_string(ca.tls_port()), std::to_string(tls.number()));
    reload(site, *daemon, "<ManagedDomain one.test>\n    MDDriveMode manual\n</ManagedDomain>\n");
    CHECK(port_answers(http.number()));
    CHECK(port_answers(tls.number()));
    CHECK_FALSE(port_answers(ca.http_port()));
    CHECK_FALSE(port_answers(ca.tls_port()));
    client.send("\r\n");
    CHECK_THAT(client.first_octets(), Catch::StartsWith("HTTP/1.1 503"));

    site.server_part = former;
    reload(site, *daemon, "ManagedDomain one.test\n");
    REQUIRE(wait_for_state(site, *daemon, "one.test"));
    CHECK(daemon->stop(seconds{5}) == 0);
}

TEST_CASE("a broken file is told of in the log and in status, until it is mended") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure("ManagedDomain one.test\n");
    const auto daemon = site.run();
    REQUIRE(wait_for_state(site, *daemon, "one.test"));

    reload(site, *daemon, "ManagedDomain one.test\nMDRenewWindow never\n",
           "the former one stays in force");
    const std::string place = site.config_file().string() + ":";
    const auto text = site.mdcertd({"status"});
    INFO(text.output << text.errors);
    CHECK(text.status == 0);
    CHECK_THAT(text.output, Catch::Contains("the former one is in force") &&
                                Catch::Contains(place) && Catch::Contains("one.test"));
    const auto json = nlohmann::json::parse(site.mdcertd({"status", "--json"}).output);
    CHECK_THAT(json.at("reload-problem").get<std::string>(),
               Catch::StartsWith(place) && Catch::Contains("'never' is not a length of time"));
    CHECK(json.at("managed-domains").size() == 1);

    // What only a restart can change is told of in the same way.
    const std::string former = site.server_part;
    site.server_part += "MDStoreDir " + site.directory().string() + "/elsewhere\n";
    reload(site, *daemon, "ManagedDomain one.test\n", "the former one stays in force");
    CHECK_THAT(site.mdcertd({"status"}).output, Catch::Contains("restart"));

    site.server_part = former;
    reload(site, *daemon, "ManagedDomain one.test\n");
    CHECK_FALSE(nlohmann::json::parse(site.mdcertd({"status", "--json"}).output)
                    .contains("reload-problem"));
    CHECK(daemon->stop(seconds{5}) == 0);
    CHECK(ca.orders() == 1);
}

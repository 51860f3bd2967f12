// SPDX-License-Identifier: Apache-2.0
// mdcertd behind the real HAProxy as a load balancer: MDProxyProtocol and MDHealthPath.
#include "site.hpp"
#include "support/catch.hpp"

#include <csignal>

using namespace md::test;
using std::chrono::seconds;

namespace {

std::string port_text(const ReservedPort& port) {
    return std::to_string(port.number());
}

// HAProxy has the ports that the CA comes to, and passes connections on as they are: version 1 of
// the header in front of HTTP, version 2 in front of TLS. It passes nothing on where its look at
// the health path fails.
struct Balanced {
    Balanced() : site(ca) {
        std::string& part = site.server_part;
        const auto ports = part.find("MDPortMap");
        part.replace(ports, part.find("MDNotifyCmd") - ports,
                     "MDPortMap 80:" + port_text(http) + " 443:" + port_text(tls) +
                         "\nListen 127.0.0.1:" + port_text(http) + "\nListen 127.0.0.1:" +
                         port_text(tls) + "\nMDProxyProtocol 127.0.0.0/8\nMDHealthPath /up\n");
        write_file(site.directory() / "haproxy.cfg",
                   "defaults\n    mode tcp\n    timeout connect 5s\n    timeout client 30s\n"
                   "    timeout server 30s\n    timeout check 5s\n"
                   "listen http\n    bind 127.0.0.1:" +
                       std::to_string(ca.http_port()) +
                       "\n    option httpchk GET /up\n    http-check expect status 200\n"
                       "    server mdcertd 127.0.0.1:" +
                       port_text(http) +
                       " send-proxy check check-send-proxy inter 100ms\n"
                       "listen tls\n    bind 127.0.0.1:" +
                       std::to_string(ca.tls_port()) + "\n    server mdcertd 127.0.0.1:" +
                       port_text(tls) + " send-proxy-v2 check check-send-proxy inter 100ms\n");
    }
    void start_balancer() {
        haproxy = std::make_unique<Process>(
            Command{{"haproxy", "-f", (site.directory() / "haproxy.cfg").string()}},
            site.directory() / "haproxy.log");
        if (!haproxy->wait_for_port(ca.http_port(), seconds{20}))
            throw std::runtime_error("HAProxy does not start:\n" + haproxy->output());
    }
    std::string status_at(std::uint16_t port, const std::string& path,
                          std::vector<std::string> more = {}) const {
        std::vector<std::string> command = {"curl", "-sS",       "--max-time", "20",
                                            "-o",   "/dev/null", "-w",         "%{http_code}"};
        command.insert(command.end(), more.begin(), more.end());
        command.push_back("http://127.0.0.1:" + std::to_string(port) + path);
        return run_command({command}).output;
    }

    // On both ports. Each question waits for HAProxy, which looks ten times a second.
    bool is_passed_on() const {
        constexpr int most_questions = 2000;
        int asked = 0;
        while (asked < most_questions && status_at(ca.http_port(), "/up") != "200")
            ++asked;
        const std::string tls_address = "127.0.0.1:" + std::to_string(ca.tls_port());
        while (asked < most_questions &&
               run_command({{"openssl", "s_client", "-connect", tls_address}}).status != 0)
            ++asked;
        return asked < most_questions;
    }

    ReservedPort http, tls;
    Pebble ca{PebbleOptions::calm()};
    Site site;
    std::unique_ptr<Process> haproxy;
};

}  // namespace

TEST_CASE("behind HAProxy both challenges come with its header, and it finds mdcertd healthy") {
    Balanced place;
    const std::string domains =
        "MDRequireHttps temporary\n"
        "<ManagedDomain one.test>\n    MDCAChallenges http-01\n</ManagedDomain>\n"
        "<ManagedDomain two.test>\n    MDCAChallenges tls-alpn-01\n</ManagedDomain>\n";
    // The CA comes once the balancer has found mdcertd healthy, as in life.
    place.site.configure("MDDriveMode manual\n" + domains);
    place.start_balancer();
    const auto daemon = place.site.run();
    REQUIRE(daemon->wait_for_output("mdcertd runs", seconds{20}));
    REQUIRE(place.is_passed_on());
    place.site.configure(domains);
    daemon->signal(SIGHUP);
    const bool done = place.site.wait_for_notified(*daemon, "one.test", seconds{60}) &&
                      place.site.wait_for_notified(*daemon, "two.test", seconds{60});
    INFO(daemon->output());
    REQUIRE(done);

    const std::uint16_t balancer = place.ca.http_port(), direct = place.http.number();
    CHECK(place.status_at(balancer, "/up") == "200");
    CHECK(place.status_at(balancer, "/up", {"-H", "Host: one.test"}) == "200");
    CHECK(place.status_at(balancer, "/upper", {"-H", "Host: one.test"}) == "302");
    CHECK(place.status_at(balancer, "/up", {"-d", "x"}) == "405");
    CHECK(place.status_at(direct, "/up") == "000");  // without the header there is no answer
    CHECK(place.status_at(direct, "/up", {"--haproxy-protocol"}) == "200");
    CHECK(daemon->wait_for_output("a connection was refused for its PROXY header", seconds{5}));
    CHECK_THAT(daemon->output(),
               Catch::Contains("it begins as none") && Catch::Contains("GET /up HTTP/1"));

    // Taken out of the list it is refused.
    const auto line = place.site.server_part.find("MDProxyProtocol");
    place.site.server_part.erase(line, place.site.server_part.find('\n', line) + 1 - line);
    place.site.configure("ManagedDomain one.test\n");
    daemon->signal(SIGHUP);
    REQUIRE(daemon->wait_for_output("configuration reloaded", seconds{20}));
    CHECK(place.status_at(direct, "/up") == "200");
    CHECK(place.status_at(direct, "/up", {"--haproxy-protocol"}) == "400");
    CHECK(daemon->stop(seconds{5}) == 0);
}

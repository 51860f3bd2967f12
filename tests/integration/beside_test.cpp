// SPDX-License-Identifier: Apache-2.0
// mdcertd beside the real nginx, httpd and HAProxy, with what it prints for their configuration and
// with the hook that is shipped.
#include "front_server.hpp"
#include "support/catch.hpp"

using namespace md::test;
using std::chrono::seconds;

namespace {

struct Combination {
    const char* server;
    const char* challenge;
    bool by_socket;
};

// mdcertd on a socket, or on two ports, of its own, and the server on those that the world sees.
struct Beside {
    Beside(const char* server, const std::string& domains, bool by_socket)
        : ca(PebbleOptions::calm()), site(ca), front(server, site, ca) {
        std::string& part = site.server_part;
        const auto ports = part.find("MDPortMap");
        const std::string local =
            by_socket ? "unix:" + front.socket() : std::to_string(http.number());
        part.replace(ports, part.find("MDNotifyCmd") - ports,
                     "MDPortMap 80:" + local + " 443:" + std::to_string(tls.number()) +
                         "\nListen 127.0.0.1:" + std::to_string(http.number()) +
                         "\nListen 127.0.0.1:" + std::to_string(tls.number()) + "\n");
        part.replace(part.find("MDNotifyCmd"), std::string::npos,
                     "MDNotifyCmd " + front.notify_command() + "\n");
        site.configure(domains);
    }

    std::string snippet(const std::string& server) const {
        const auto outcome = site.mdcertd({"snippet", server, "one.test"});
        INFO(outcome.errors);
        REQUIRE(outcome.status == 0);
        return outcome.output;
    }

    ReservedPort http, tls;
    Pebble ca;
    Site site;
    FrontServer front;
};

bool renewed(Beside& place, Process& daemon, unsigned times) {
    REQUIRE(place.site.mdcertd({"renew", "one.test"}).status == 0);
    return daemon.wait_for_output("notified domain=one.test", seconds{60}, times);
}

}  // namespace

TEST_CASE("beside a real server: first certificate, renewal under load, a reload that is refused",
          "[slow]") {
    const auto [server, challenge, by_socket] = GENERATE(
        Combination{"nginx", "http-01", true}, Combination{"nginx", "tls-alpn-01", false},
        Combination{"httpd", "http-01", true}, Combination{"haproxy", "http-01", true},
        Combination{"haproxy", "http-01", false}, Combination{"haproxy", "tls-alpn-01", false});
    INFO(server << " passes on " << challenge << (by_socket ? " to a socket" : " to a port"));
    Beside place(server,
                 std::string("MDCAChallenges ") + challenge +
                     "\nMDRequireHttps permanent\nManagedDomain one.test www.one.test\n",
                 by_socket);
    FrontServer& front = place.front;

    // Before there is a certificate, what proves the names; then the whole.
    const std::string before = place.snippet(server);
    CHECK_THAT(before, Catch::Contains("one.test has no certificate yet"));
    front.configure(before);
    front.start();
    const auto daemon = place.site.run();
    const bool first = daemon->wait_for_output("notified domain=one.test", seconds{60});
    INFO(daemon->output() << front.said());
    REQUIRE(first);
    front.configure(place.snippet(server));
    const auto reloaded = front.reload();
    INFO(reloaded.errors);
    REQUIRE(reloaded.status == 0);
    REQUIRE(front.serves("one.test", place.site.fingerprint("one.test"), seconds{20}));
    CHECK(front.served("www.one.test") == place.site.fingerprint("one.test"));

    // What MDRequireHttps asks for.
    const std::string status = "%{http_code} %{redirect_url}\n";
    const std::string nowhere = "/dev/null";
    CHECK(front.get(front.plain_url("www.one.test") + "a?b=c", {"-o", nowhere, "-w", status}) ==
          "301 https://www.one.test/a?b=c\n");
    CHECK(front.get(front.plain_url("one.test"), {"-d", "x", "-o", nowhere, "-w", status}) ==
          "308 https://one.test/\n");
    CHECK_THAT(front.get(front.plain_url("one.test") + ".well-known/security.txt",
                         {"-o", nowhere, "-w", status}),
               !Catch::StartsWith("3"));
    CHECK_THAT(front.get(front.tls_url("one.test"), {"-i"}),
               Catch::Matches("HTTP/[0-9.]+ 200[^]*") &&
                   Catch::Contains("strict-transport-security: max-age=15768000",
                                   Catch::CaseSensitive::No));

    const std::string former = place.site.fingerprint("one.test");
    Load load(front, "one.test");
    REQUIRE(renewed(place, *daemon, 2));
    const std::string second = place.site.fingerprint("one.test");
    CHECK(second != former);
    CHECK(front.serves("one.test", second, seconds{20}));
    load.end();
    CHECK(load.served() > 30);
    CHECK(load.failures() == "");

    front.break_configuration(true);
    // Renewed, and not taken up.
    const auto untold = place.site.mdcertd({"renew", "one.test"});
    CHECK(untold.status == 1);
    CHECK_THAT(untold.errors, Catch::Contains("one.test: MDNotifyCmd failed"));
    REQUIRE(daemon->wait_for_output("MDNotifyCmd failed", seconds{60}));
    CHECK(front.served("one.test") == second);
    CHECK_THAT(
        place.site.mdcertd({"status"}).output,
        Catch::Contains(std::string(server) + ": NOT reloaded, its configuration is broken"));
    front.break_configuration(false);
    REQUIRE(daemon->wait_for_output("notified domain=one.test", seconds{60}, 3));
    CHECK(front.serves("one.test", place.site.fingerprint("one.test"), seconds{20}));
    CHECK(daemon->stop(seconds{5}) == 0);
}

TEST_CASE("a snippet is printed for what can work, and says what cannot") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure("ManagedDomain one.test\n");
    CHECK(site.mdcertd({"snippet", "nginx", "one.test"}).status == 0);
    const auto unknown = site.mdcertd({"snippet", "nginx", "two.test"});
    CHECK(unknown.status == 1);
    CHECK_THAT(unknown.errors, Catch::Contains("no managed domain has the name 'two.test'"));
    const auto server = site.mdcertd({"snippet", "iis", "one.test"});
    CHECK(server.status == 2);
    CHECK_THAT(server.errors, Catch::Contains("'iis' is not nginx, httpd or haproxy"));

    const auto& part = site.server_part;
    write_file(site.config_file(),
               part.substr(0, part.find("MDPortMap")) + "ManagedDomain one.test\n");
    const auto own = site.mdcertd({"snippet", "nginx", "one.test"});
    CHECK(own.status == 1);
    CHECK_THAT(own.errors, Catch::Contains("mdcertd answers on port 80 itself") &&
                               Catch::Contains("MDPortMap 80:unix:/run/mdcertd/http.sock"));
}

TEST_CASE("the reload hook says which server failed and why, and goes on with the others") {
    const Scratch scratch;
    const std::string hook = std::string(MD_SOURCE_DIR) + "/packaging/hooks/reload";
    write_file(scratch / "nginx.conf", "broken\n");
    write_file(scratch / "haproxy.cfg", "broken\n");
    const auto outcome =
        run_command({{hook, "nginx=" + (scratch / "nginx.conf").string(),
                      "haproxy=" + (scratch / "haproxy.cfg").string(), "one.test", "two.test"}});
    CHECK(outcome.status == 4);
    CHECK_THAT(outcome.errors, Catch::Contains("nginx: NOT reloaded") &&
                                   Catch::Contains("haproxy: NOT reloaded") &&
                                   Catch::Contains("unexpected end of file"));
    for (const std::vector<std::string>& wrong :
         {std::vector<std::string>{hook}, {hook, "one.test"}, {hook, "iis", "one.test"}}) {
        const auto usage = run_command({wrong});
        CHECK(usage.status == 2);
        CHECK_THAT(usage.errors, Catch::Contains("usage: reload nginx|httpd"));
    }
}

TEST_CASE("a site that is served already gets lines for its blocks, and never a second block") {
    Beside place("nginx", "MDCAChallenges http-01\nManagedDomain one.test www.one.test\n", true);
    const fs::path file = place.site.directory() / "existing.conf";
    const std::string site =
        "events {}\nhttp {\n    server {\n        listen 80;\n        server_name www.one.test;\n"
        "    }\n}\n";
    write_file(file, site);
    const auto existing = place.site.mdcertd({"snippet", "nginx=" + file.string(), "one.test"});
    INFO(existing.errors);
    // The end of a pipe is a file, which these lines would break.
    CHECK(existing.status == 1);
    CHECK(existing.output == "");
    CHECK_THAT(existing.errors,
               Catch::Contains("one.test is served now by " + file.string() + ":3 (port 80).\n") &&
                   Catch::Contains("1. Into the server block at " + file.string() +
                                   ":3:\n"
                                   "    location /.well-known/acme-challenge/ {\n") &&
                   !Catch::Contains("server {") && !Catch::Contains("server_name"));

    // What the command wrote, it writes anew.
    const std::string mark =
        place.snippet("nginx").substr(0, place.snippet("nginx").find('\n') + 1);
    CHECK_THAT(mark, Catch::StartsWith("# mdcertd snippet"));
    write_file(file, mark + site);
    const auto own = place.site.mdcertd({"snippet", "nginx=" + file.string(), "one.test"});
    CHECK(own.status == 0);
    CHECK_THAT(own.output, Catch::Contains("server_name one.test www.one.test;"));

    // The end of the pipe empties the file before the answer, or after.
    const fs::path programs = place.site.directory() / "programs";
    fs::create_directory(programs);
    write_script(programs / "nginx", "#!/bin/sh\nPATH=/usr/sbin:/usr/bin:/bin\nnginx \"$@\"\n: > " +
                                         file.string() + "\n");
    const auto emptied = run_command({{MD_BINARY, "snippet", "nginx=" + file.string(), "one.test",
                                       "-c", place.site.config_file().string()},
                                      {{"PATH", programs.string() + ":/usr/bin:/bin"}}});
    CHECK(emptied.status == 0);
    CHECK(emptied.output == own.output);
    CHECK(read_file(file) == "");
}

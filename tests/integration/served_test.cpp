// SPDX-License-Identifier: Apache-2.0
// MDServedAt: what real servers show is compared with what is held.
#include "site.hpp"
#include "support/catch.hpp"

#include <nlohmann/json.hpp>

using namespace md::test;
using std::chrono::seconds;

namespace {

std::string here(const ReservedPort& port) {
    return "127.0.0.1:" + std::to_string(port.number());
}

std::string nginx_beginning(const Site& site, const std::string& name) {
    return "daemon off;\npid " + (site.directory() / (name + ".pid")).string() +
           ";\nerror_log stderr notice;\ninclude /etc/nginx/modules-enabled/*.conf;\nevents {}\n";
}

std::string live_set(const Site& site) {
    return "ssl_certificate " + site.live("one.test", "pubcert.pem").string() +
           ";\nssl_certificate_key " + site.live("one.test", "privkey.pem").string() + ";\n";
}

std::string web_server(const Site& site, const ReservedPort& port) {
    std::string temporary;
    for (const char* what : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
        temporary +=
            std::string(what) + "_temp_path " + (site.directory() / "tmp").string() + ";\n";
    return nginx_beginning(site, "web") + "http {\naccess_log off;\n" + temporary + live_set(site) +
           "server { listen " + here(port) + " ssl; }\n}\n";
}

// nginx as a proxy for mail: with STARTTLS in both protocols.
std::string mail_server(const Site& site, const ReservedPort& smtp, const ReservedPort& imap) {
    return nginx_beginning(site, "mail") + "mail {\nauth_http 127.0.0.1:1/;\nstarttls on;\n" +
           live_set(site) + "server { listen " + here(smtp) +
           "; protocol smtp; }\nserver { listen " + here(imap) + "; protocol imap; }\n}\n";
}

std::unique_ptr<Process> nginx(const Site& site, const std::string& name,
                               const std::string& configuration, const ReservedPort& port) {
    const fs::path file = site.directory() / (name + ".conf");
    write_file(file, configuration);
    auto process = std::make_unique<Process>(Command{{"nginx", "-c", file.string()}},
                                             site.directory() / (name + ".log"));
    const bool started = process->wait_for_port(port.number(), seconds{20});
    INFO(process->output());
    REQUIRE(started);
    return process;
}

}  // namespace

TEST_CASE("a server that still shows the former certificate is caught", "[slow]") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    const ReservedPort port;
    site.configure("ManagedDomain one.test\nMDServedAt " + here(port) + "\n");
    REQUIRE(site.mdcertd({"once"}).status == 0);
    const auto server = nginx(site, "web", web_server(site, port), port);

    const auto daemon = site.run();
    REQUIRE(daemon->wait_for_output("the certificate is served domain=one.test", seconds{20}));
    CHECK(site.status_of("one.test").at("served").at("state") == "confirmed");

    // The notify command says that all is well, and nginx knows nothing of it.
    REQUIRE(site.mdcertd({"renew", "one.test"}).status == 0);
    REQUIRE(daemon->wait_for_output("MDNotifyCmd is run again domain=one.test", seconds{60}));
    REQUIRE(daemon->wait_for_output("the certificate is not served domain=one.test", seconds{60}));
    CHECK(site.notified("one.test") == 3);
    const auto served = site.status_of("one.test").at("served");
    CHECK(served.at("state") == "unconfirmed");
    CHECK(served.at("at").at(0) == here(port));
    CHECK_THAT(site.mdcertd({"status"}).output,
               Catch::Contains("warning: NOT served: " + here(port) +
                               " shows another certificate: for one.test, valid from ") &&
                   Catch::Contains("what to do"));

    // A notify command that does its work.
    const std::string file = (site.directory() / "web.conf").string();
    write_script(site.directory() / "notify",
                 "#!/bin/sh\nexec " MD_SOURCE_DIR "/packaging/hooks/reload nginx=" + file + "\n");
    REQUIRE(site.mdcertd({"renew", "one.test"}).status == 0);
    CHECK(daemon->wait_for_output("the certificate is served domain=one.test", seconds{60}, 2));
    CHECK(daemon->stop(seconds{5}) == 0);
}

TEST_CASE("the certificate of a mail server is seen by STARTTLS") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    const ReservedPort smtp, imap, tls;
    site.configure("ManagedDomain one.test\nMDServedAt " + here(smtp) + " starttls smtp " +
                   here(imap) + " starttls imap " + here(tls) + "\n");
    REQUIRE(site.mdcertd({"once"}).status == 0);
    const auto mail = nginx(site, "mail", mail_server(site, smtp, imap), smtp);
    const auto daemon = site.run();
    // One place is not yet there.
    REQUIRE(daemon->wait_until(
        [&] {
            const auto job = read_file(site.live("one.test", "job.json"));
            return job.find(here(tls) + ": connection refused") != std::string::npos;
        },
        {site.store() / "domains/one.test"}, seconds{30}));
    const auto web = nginx(site, "web", web_server(site, tls), tls);
    CHECK(daemon->wait_for_output("the certificate is served domain=one.test", seconds{60}));
    CHECK(site.status_of("one.test").at("served").at("state") == "confirmed");
    CHECK(daemon->stop(seconds{5}) == 0);
}

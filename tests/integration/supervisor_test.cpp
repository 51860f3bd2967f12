// SPDX-License-Identifier: Apache-2.0
// The daemon under a service manager: what it says of itself, sockets it is given, how it ends.
#include "service_manager.hpp"
#include "site.hpp"
#include "support/catch.hpp"

#include <nlohmann/json.hpp>

#include <signal.h>

using namespace md::test;
using std::chrono::seconds;

TEST_CASE("the service manager is told of readiness, state, reload and end") {
    const auto names = GENERATE(ServiceManager::Names::files, ServiceManager::Names::abstract);
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    ServiceManager manager(names);
    site.configure("ManagedDomain one.test\nManagedDomain two.test manual\nMDDriveMode auto\n");
    const auto daemon = site.run_by({}, manager.environment());
    REQUIRE(manager.hears("READY=1", seconds{20}));
    CHECK(port_answers(ca.http_port()));
    CHECK(port_answers(ca.tls_port()));
    REQUIRE(manager.hears("STATUS=2 managed domains, 2 valid, next: ", seconds{60}));
    CHECK_THAT(manager.heard().back(), Catch::Contains(".test renews 20"));

    manager.clear();
    site.configure("ManagedDomain one.test\nMDRenewWindow never\n");
    daemon->signal(SIGHUP);
    const std::string place = site.config_file().string() + ":";
    REQUIRE(manager.hears("RELOADING=1\nMONOTONIC_USEC=", seconds{20}));
    REQUIRE(manager.hears("READY=1", seconds{20}));
    REQUIRE(manager.hears(
        "STATUS=configuration has errors, the former one stays in force: " + place, seconds{20}));
    CHECK_THAT(manager.heard().back(), Catch::Contains("'never' is not a length of time"));

    manager.clear();
    site.configure("ManagedDomain one.test\n");
    daemon->signal(SIGHUP);
    REQUIRE(manager.hears("STATUS=1 managed domain, 1 valid, next: one.test renews", seconds{20}));
    CHECK(daemon->stop(seconds{5}) == 0);
    CHECK(manager.hears("STOPPING=1", seconds{5}));
}

TEST_CASE("a daemon that cannot start never says that it is ready") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    ServiceManager manager;
    site.configure("ManagedDomain one.test\n");
    write_file(site.directory() / "state", "a file where ServerRoot shall be");
    const auto daemon = site.run_by({}, manager.environment());
    CHECK(daemon->wait(seconds{20}) == 1);
    CHECK_FALSE(manager.hears("READY=1", milliseconds{1}));
}

TEST_CASE("the watchdog is told again and again that the daemon is alive") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    ServiceManager manager;
    site.configure("<ManagedDomain one.test>\n    MDDriveMode manual\n</ManagedDomain>\n");
    auto environment = manager.environment();
    environment["WATCHDOG_USEC"] = "200000";
    const auto daemon = site.run_by({}, environment);
    for (int i = 0; i < 3; ++i) {
        REQUIRE(manager.hears("WATCHDOG=1", seconds{20}));
        manager.clear();
    }
    CHECK(daemon->stop(seconds{5}) == 0);
}

TEST_CASE("listening sockets that are passed to the daemon prove the names") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    // Opened by the test: the daemon could not open them a second time.
    const PassedSocket http(ca.http_port()), tls(ca.tls_port());
    site.configure(
        "<ManagedDomain one.test>\n    MDCAChallenges http-01\n</ManagedDomain>\n"
        "<ManagedDomain two.test>\n    MDCAChallenges tls-alpn-01\n</ManagedDomain>\n");
    const auto daemon = site.run_by(passing(http, tls));
    const bool done = site.wait_for_notified(*daemon, "one.test", seconds{60}) &&
                      site.wait_for_notified(*daemon, "two.test", seconds{60});
    INFO(daemon->output());
    REQUIRE(done);
    CHECK_THAT(daemon->output(), !Catch::Contains("port not available"));

    const auto alone = site.mdcertd({"status"});  // the variables are the daemon's alone
    CHECK(alone.status == 0);
    CHECK(daemon->stop(seconds{5}) == 0);
}

TEST_CASE("without a domain the ports are left alone, until a reload brings one") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    ServiceManager manager;
    site.configure("");
    const auto daemon = site.run_by({}, manager.environment());
    REQUIRE(manager.hears("STATUS=0 managed domains", seconds{20}));
    CHECK_FALSE(port_answers(ca.http_port()));
    CHECK_FALSE(port_answers(ca.tls_port()));
    site.configure("ManagedDomain one.test\n");
    daemon->signal(SIGHUP);
    CHECK(site.wait_for_notified(*daemon, "one.test", seconds{60}));
    CHECK(port_answers(ca.http_port()));
    CHECK(daemon->stop(seconds{5}) == 0);
}

TEST_CASE("SIGTERM ends the daemon within five seconds, whatever the notify command does") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    const std::string begun = (site.directory() / "begun").string();
    write_file(begun, "");
    write_script(site.directory() / "notify",
                 "#!/bin/sh\ntrap '' TERM\necho $$ > " + begun + "\nwhile :; do sleep 60; done\n");
    site.configure("ManagedDomain one.test\n");
    const auto daemon = site.run();
    REQUIRE(daemon->wait_until([&] { return read_file(begun).size() > 1; }, {begun}, seconds{60}));
    CHECK(daemon->stop(seconds{5}) == 0);
    CHECK(::kill(std::stoi(read_file(begun)), 0) != 0);
    CHECK(site.status_of("one.test").at("notification").at("state") == "pending");
}

TEST_CASE("SIGTERM ends the daemon within five seconds while large keys are made") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure("MDPrivateKeys RSA 8192\nManagedDomain one.test\nManagedDomain two.test\n");
    const auto daemon = site.run();
    REQUIRE(ca.wait_for_request("/order-plz", seconds{60}));
    REQUIRE(ca.wait_for_request("/authZ/", seconds{60}));
    CHECK(daemon->stop(seconds{5}) == 0);
}

TEST_CASE("the daemon takes as many open files as it may have") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    ServiceManager manager;
    site.configure("<ManagedDomain one.test>\n    MDDriveMode manual\n</ManagedDomain>\n");
    const auto daemon = site.run_by({"prlimit", "--nofile=300:700"}, manager.environment());
    REQUIRE(manager.hears("READY=1", seconds{20}));
    const std::string limits = read_file("/proc/" + std::to_string(daemon->pid()) + "/limits");
    CHECK_THAT(limits, Catch::Matches("(.|\n)*Max open files +700 +700 (.|\n)*"));
    CHECK(daemon->stop(seconds{5}) == 0);
}

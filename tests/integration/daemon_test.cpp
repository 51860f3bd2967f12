// SPDX-License-Identifier: Apache-2.0
// The life of the daemon: restarts, kills, signals, a second process, the notify command.
#include "site.hpp"
#include "support/catch.hpp"

#include <signal.h>
#include <sys/stat.h>

using namespace md::test;
using std::chrono::seconds;

TEST_CASE("a restarted daemon orders nothing that it has, and tells nothing twice") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure("ManagedDomain one.test\n");
    auto daemon = site.run();
    // Ended before it has written down that the command succeeded, it would rightly run it again.
    REQUIRE(daemon->wait_for_output("notified domain=one.test", seconds{60}));
    CHECK(daemon->stop(seconds{5}) == 0);

    // The second MD shows when the restarted daemon has done its work.
    site.configure("ManagedDomain one.test\nManagedDomain two.test\n");
    daemon = site.run();
    REQUIRE(site.wait_for_notified(*daemon, "two.test", seconds{60}));
    CHECK(daemon->stop(seconds{5}) == 0);
    CHECK(site.notified("one.test") == 1);
    CHECK(ca.orders() == 2);
    CHECK(ca.accounts() == 1);
}

TEST_CASE("killed at any step, the daemon finishes after a restart with the same account") {
    const std::string step = GENERATE(as<std::string>{}, "/nonce-plz", "/sign-me-up", "/order-plz",
                                      "/authZ/", "/chalZ/", "/finalize-order/", "/certZ/");
    // Sleeps, so that the kill comes while the CA is at work.
    Pebble ca({.authz_reuse = 0, .sleep_at_most = 1});
    Site site(ca);
    site.configure("ManagedDomain one.test www.one.test\n");
    INFO("killed when the CA was asked for " << step);
    auto daemon = site.run();
    REQUIRE(ca.wait_for_request(step, seconds{60}));
    daemon->kill();

    daemon = site.run();
    // The first one may have been quick enough to notify before it was killed.
    const bool done = daemon->wait_for_output("mdcertd runs", seconds{60}) &&
                      site.wait_for_notified(*daemon, "one.test", seconds{60});
    INFO(daemon->output());
    REQUIRE(done);
    CHECK(site.verify("one.test", "www.one.test") == "");
    CHECK(site.key_matches("one.test"));
    CHECK(ca.accounts() == 1);
    CHECK(ca.orders() <= 2);
    CHECK(daemon->stop(seconds{5}) == 0);
}

TEST_CASE("a second process is refused by the store's lock and told who holds it") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure("ManagedDomain one.test\n");
    const auto daemon = site.run();
    REQUIRE(site.wait_for_notified(*daemon, "one.test", seconds{60}));
    for (const char* command : {"once", "run"}) {
        const auto second = site.mdcertd({command});
        CHECK(second.status == 1);
        CHECK_THAT(second.errors, Catch::Contains(std::to_string(daemon->pid())));
    }
    CHECK(daemon->running());
    CHECK(daemon->stop(seconds{5}) == 0);
}

TEST_CASE("a reload takes a new domain up, and a broken file leaves all as it was") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure("ManagedDomain one.test\n");
    const auto daemon = site.run();
    REQUIRE(site.wait_for_notified(*daemon, "one.test", seconds{60}));

    site.configure("ManagedDomain one.test\nMDRenewWindow never\n");
    daemon->signal(SIGHUP);
    REQUIRE(daemon->wait_for_output("the former one stays in force", seconds{20}));
    CHECK_THAT(daemon->output(), Catch::Contains(site.config_file().string() + ":") &&
                                     Catch::Contains("'never' is not a length of time"));
    CHECK(daemon->running());
    CHECK(site.mdcertd({"check"}).status == 1);

    site.configure("ManagedDomain one.test\nManagedDomain two.test\n");
    daemon->signal(SIGHUP);
    REQUIRE(site.wait_for_notified(*daemon, "two.test", seconds{60}));
    CHECK(site.notified("one.test") == 1);
    CHECK(ca.orders() == 2);
    CHECK(daemon->stop(seconds{5}) == 0);
}

TEST_CASE("SIGTERM ends the daemon within five seconds while the CA is at work") {
    Pebble ca({.nonce_reject = 0, .sleep_at_most = 30});
    Site site(ca);
    site.configure("ManagedDomain one.test\nManagedDomain two.test\n");
    const auto daemon = site.run();
    REQUIRE(ca.wait_for_request("/chalZ/", seconds{60}));
    CHECK(daemon->stop(seconds{5}) == 0);
}

namespace {

// False, and nothing was tried, where a validator of Pebble's would come before the second run
// listens.
bool interrupt_and_go_on() {
    Pebble ca({.nonce_reject = 0, .sleep_at_most = 30});
    Site site(ca);
    site.configure("ManagedDomain one.test\n");
    Process once({{MD_BINARY, "once", "-c", site.config_file().string()}},
                 site.directory() / "once.log");
    if (ca.shortest_pause(seconds{60}) < seconds{6})
        return false;
    CHECK(once.stop(seconds{5}) == 1);
    CHECK_THAT(once.output(), Catch::Contains("what was begun goes on at the next run"));
    const fs::path staged = site.store() / "staging/one.test";
    CHECK(fs::exists(staged / "order.json"));
    CHECK_THAT(read_file(staged / "job.json"), !Catch::Contains("renewal-error"));
    const auto next = site.mdcertd({"once"});
    INFO(next.output << next.errors);
    CHECK(next.status == 0);
    CHECK(ca.orders() == 1);
    return true;
}

}  // namespace

TEST_CASE("an interrupted once ends within five seconds, and the next goes on with its order") {
    unsigned tries = 0;
    while (!interrupt_and_go_on())
        REQUIRE(++tries < 30);
}

TEST_CASE("renew is done by the running daemon, and without one by the command itself") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure("ManagedDomain one.test\nManagedDomain two.test\n");
    auto daemon = site.run();
    REQUIRE(site.wait_for_notified(*daemon, "one.test", seconds{60}));
    REQUIRE(site.wait_for_notified(*daemon, "two.test", seconds{60}));
    const std::string first = site.fingerprint("one.test");
    const std::string other = site.fingerprint("two.test");

    struct stat socket {};
    REQUIRE(stat((site.directory() / "state/control.sock").c_str(), &socket) == 0);
    CHECK(S_ISSOCK(socket.st_mode));
    CHECK((socket.st_mode & 0777) == 0600);

    REQUIRE(site.mdcertd({"renew", "one.test"}).status == 0);
    REQUIRE(site.wait_for_notified(*daemon, "one.test", seconds{60}, 2));
    const std::string second = site.fingerprint("one.test");
    CHECK(second != first);
    CHECK(site.fingerprint("two.test") == other);
    CHECK(site.mdcertd({"renew", "unknown.test"}).status == 1);
    CHECK(daemon->stop(seconds{5}) == 0);

    const auto alone = site.mdcertd({"renew", "one.test"});
    INFO(alone.output << alone.errors);
    REQUIRE(alone.status == 0);
    CHECK(site.notified("one.test") == 3);
    CHECK(site.fingerprint("one.test") != second);
    CHECK(site.fingerprint("two.test") == other);
}

TEST_CASE("a notify command that fails is run again until it succeeds") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.break_notify(true);
    site.configure("ManagedDomain one.test\n");
    const auto daemon = site.run();
    REQUIRE(daemon->wait_until([&] { return site.failed_notifications() >= 1; },
                               {site.directory() / "refused"}, seconds{60}));
    CHECK_THAT(site.mdcertd({"status"}).output, Catch::Contains("exit status 3"));
    site.break_notify(false);
    CHECK(site.wait_for_notified(*daemon, "one.test", seconds{30}));
    CHECK(daemon->stop(seconds{5}) == 0);
}

TEST_CASE("a notification that is owed is not forgotten by a restart") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.break_notify(true);
    site.configure("ManagedDomain one.test\n");
    auto daemon = site.run();
    REQUIRE(daemon->wait_until([&] { return site.failed_notifications() >= 1; },
                               {site.directory() / "refused"}, seconds{60}));
    daemon->kill();
    site.break_notify(false);
    daemon = site.run();
    CHECK(site.wait_for_notified(*daemon, "one.test", seconds{30}));
    CHECK(daemon->stop(seconds{5}) == 0);
    CHECK(ca.orders() == 1);
}

// SPDX-License-Identifier: Apache-2.0
// What must not end the daemon, or keep it from being asked: signals while it starts, a log that
// nobody reads, a command at its store, clients that were killed, being stopped for a while.
#include "site.hpp"
#include "support/catch.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace md::test;
using std::chrono::seconds;

namespace {

// Tells when a file is opened by somebody else.
class OpenedFile {
public:
    explicit OpenedFile(const fs::path& file) : inotify_(::inotify_init1(IN_CLOEXEC)) {
        ::inotify_add_watch(inotify_, file.c_str(), IN_OPEN);
    }
    OpenedFile(const OpenedFile&) = delete;
    OpenedFile& operator=(const OpenedFile&) = delete;
    ~OpenedFile() { ::close(inotify_); }
    bool wait(milliseconds limit) const {
        pollfd readable{inotify_, POLLIN, 0};
        return ::poll(&readable, 1, static_cast<int>(limit.count())) == 1;
    }

private:
    int inotify_;
};

// A notify command that ends when the test says so.
struct Gate {
    explicit Gate(const Site& site)
        : reached(site.directory() / "reached"), open(site.directory() / "open") {
        write_file(reached, "");
        REQUIRE(::mkfifo(open.c_str(), 0600) == 0);
        write_script(site.directory() / "notify", "#!/bin/sh\necho here >> " + reached.string() +
                                                      "\nread line < " + open.string() + "\n");
    }
    fs::path reached, open;
};

}  // namespace

TEST_CASE("a reload that is asked for while the configuration is read comes after the start") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    // Some megabytes that take a moment to read.
    std::string long_file;
    for (int i = 0; i < 200000; ++i)
        long_file += "# a comment that takes a moment to be passed over\n";
    site.configure(long_file + "ManagedDomain one.test\n");
    const OpenedFile opened(site.config_file());
    const auto daemon = site.run();
    REQUIRE(opened.wait(seconds{20}));
    for (int i = 0; i < 20; ++i)
        daemon->signal(SIGHUP);
    const bool reloaded = daemon->wait_for_output("configuration reloaded", seconds{60});
    INFO(daemon->output());
    REQUIRE(reloaded);
    CHECK(site.wait_for_notified(*daemon, "one.test", seconds{60}));
    CHECK(daemon->stop(seconds{5}) == 0);
}

TEST_CASE("the daemon goes on without anybody who reads what it says") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure("LogLevel debug\nManagedDomain one.test\n");
    const char* streams = GENERATE("0<&- 1>&- 2>&-", "2>&-", "> >(true) 2>&1", "> /dev/full 2>&1");
    INFO(streams);
    const auto daemon = site.run_by({"bash", "-c", std::string("exec \"$0\" \"$@\" ") + streams});
    REQUIRE(site.wait_for_notified(*daemon, "one.test", seconds{60}));
    REQUIRE(site.mdcertd({"renew", "one.test"}).status == 0);
    daemon->signal(SIGHUP);
    CHECK(site.mdcertd({"reload"}).status == 0);
    CHECK(site.verify("one.test", "one.test") == "");
    CHECK(daemon->stop(seconds{5}) == 0);
}

TEST_CASE("a daemon that is stopped is said to be, and answers once it goes on") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure("<ManagedDomain one.test>\n    MDDriveMode manual\n</ManagedDomain>\n");
    const auto daemon = site.run();
    REQUIRE(daemon->wait_for_output("mdcertd runs", seconds{20}));
    REQUIRE(daemon->wait_until(
        [&] {
            return site.mdcertd({"status", "--json"}).output.find("\"running\"") !=
                   std::string::npos;
        },
        {site.directory() / "state"}, seconds{20}));
    daemon->signal(SIGSTOP);
    for (const char* command : {"status", "reload"}) {
        const auto outcome = site.mdcertd({command});
        CHECK(outcome.status == 1);
        CHECK_THAT(outcome.errors,
                   Catch::Contains("(process " + std::to_string(daemon->pid()) + ") is stopped") &&
                       Catch::Contains("kill -CONT " + std::to_string(daemon->pid())));
    }
    daemon->signal(SIGCONT);
    CHECK(site.mdcertd({"status"}).status == 0);
    CHECK(daemon->stop(seconds{5}) == 0);
}

TEST_CASE("a daemon that starts while a renewal by hand is under way waits for it") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    const Gate gate(site);
    site.configure("ManagedDomain one.test\n");
    Process by_hand({{MD_BINARY, "renew", "one.test", "-c", site.config_file().string()}},
                    site.directory() / "renew.log");
    REQUIRE(by_hand.wait_until([&] { return !read_file(gate.reached).empty(); }, {gate.reached},
                               seconds{60}));
    {
        // One that is told to end while it waits does.
        const auto impatient = site.run();
        REQUIRE(impatient->wait_for_output("the store is in use, waiting", seconds{20}));
        CHECK_THAT(impatient->output(),
                   Catch::Contains("'mdcertd renew', process " + std::to_string(by_hand.pid())));
        CHECK(impatient->stop(seconds{5}) == 0);
    }
    const auto daemon = site.run();
    REQUIRE(daemon->wait_for_output("the store is in use, waiting", seconds{20}));
    const auto other = site.mdcertd({"once"});
    CHECK(other.status == 1);
    CHECK_THAT(other.errors, Catch::Contains("is in use by 'mdcertd renew', process") &&
                                 Catch::Contains("wait until that has ended"));
    write_file(gate.open, "go\n");
    CHECK(by_hand.wait(seconds{20}) == 0);
    CHECK(daemon->wait_for_output("mdcertd runs", seconds{20}));

    const auto once = site.mdcertd({"once"});
    CHECK(once.status == 1);
    CHECK_THAT(once.errors, Catch::Contains("in use by the mdcertd daemon, process " +
                                            std::to_string(daemon->pid())) &&
                                Catch::Contains("systemctl stop mdcertd"));
    CHECK(daemon->stop(seconds{5}) == 0);
}

TEST_CASE("a renewal that the end of the daemon cuts short was none, and says so") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    const fs::path message = site.directory() / "message", reached = site.directory() / "reached",
                   open = site.directory() / "open";
    write_script(message, "#!/bin/sh\n");
    site.configure("MDMessageCmd " + message.string() + "\nManagedDomain one.test\n");
    const auto daemon = site.run();
    REQUIRE(site.wait_for_notified(*daemon, "one.test", seconds{60}));
    const std::string former = site.fingerprint("one.test");
    REQUIRE(::mkfifo(open.c_str(), 0600) == 0);
    write_file(reached, "");
    write_script(message, "#!/bin/sh\necho here >> " + reached.string() + "\nread line < " +
                              open.string() + "\n");
    Process renew({{MD_BINARY, "renew", "one.test", "-c", site.config_file().string()}},
                  site.directory() / "renew.log");
    REQUIRE(renew.wait_until([&] { return !read_file(reached).empty(); }, {reached}, seconds{60}));
    CHECK(daemon->stop(seconds{5}) == 0);
    CHECK(renew.wait(seconds{20}) == 1);
    CHECK_THAT(renew.output(), !Catch::Contains("one.test: renewed"));
    CHECK(site.fingerprint("one.test") == former);
}

TEST_CASE("reload waits for the outcome and fails with what is wrong") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure("<ManagedDomain one.test>\n    MDDriveMode manual\n</ManagedDomain>\n");
    const auto none = site.mdcertd({"reload"});
    CHECK(none.status == 1);
    CHECK_THAT(none.errors, Catch::Contains("no daemon answers at"));
    const auto daemon = site.run();
    REQUIRE(daemon->wait_for_output("mdcertd runs", seconds{20}));
    REQUIRE(daemon->wait_until([&] { return site.mdcertd({"reload"}).status == 0; },
                               {site.directory() / "state"}, seconds{20}));

    site.configure("ManagedDomain one.test\nMDRenewWindow never\nMDPrivateKeys RSA 7\n");
    const auto refused = site.mdcertd({"reload"});
    CHECK(refused.status == 1);
    CHECK(refused.output == "");
    // All mistakes, as check shows them.
    CHECK_THAT(refused.errors, Catch::Contains("'never' is not a length of time") &&
                                   Catch::Contains("MDPrivateKeys RSA 7\n") &&
                                   Catch::Contains("the former configuration stays in force"));
    CHECK_THAT(site.mdcertd({"status"}).output, Catch::Contains("not managed"));

    site.configure("<ManagedDomain two.test>\n    MDDriveMode manual\n</ManagedDomain>\n");
    const auto taken = site.mdcertd({"reload"});
    CHECK(taken.status == 0);
    CHECK(taken.output == "configuration reloaded\n");
    CHECK_THAT(site.mdcertd({"status"}).output, Catch::Contains("two.test"));
    fs::remove(site.config_file());
    const auto missing = site.mdcertd({"reload"});
    CHECK(missing.status == 1);
    CHECK_THAT(missing.errors,
               Catch::Contains("cannot be read") && !Catch::Contains("no daemon answers"));
    CHECK(daemon->stop(seconds{5}) == 0);
}

TEST_CASE("renew shows what is done, takes any name, and waits for the notify command") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure("ManagedDomain one.test www.one.test\n");
    const auto daemon = site.run();
    REQUIRE(site.wait_for_notified(*daemon, "one.test", seconds{60}));
    const auto renewed = site.mdcertd({"renew", "www.one.test"});
    INFO(renewed.output << renewed.errors);
    CHECK(renewed.status == 0);
    CHECK_THAT(renewed.output,
               Catch::Contains("one.test: ordering the certificate\n") &&
                   Catch::Contains("one.test: renewed, valid until 20") &&
                   Catch::EndsWith("one.test: the servers were told (MDNotifyCmd succeeded)\n"));
    CHECK(site.notified("one.test") == 2);

    site.break_notify(true);
    const auto untold = site.mdcertd({"renew", "one.test"});
    CHECK(untold.status == 1);
    CHECK_THAT(untold.output, Catch::Contains("one.test: renewed"));
    CHECK_THAT(untold.errors, Catch::Contains("MDNotifyCmd failed: exit status 3"));
    site.break_notify(false);

    const auto unknown = site.mdcertd({"renew", "nobody.test"});
    CHECK(unknown.status == 1);
    CHECK_THAT(unknown.errors, Catch::Contains("no managed domain has the name 'nobody.test'"));
    CHECK(daemon->stop(seconds{5}) == 0);
    const auto alone = site.mdcertd({"renew", "www.one.test"});
    CHECK(alone.status == 0);
    CHECK_THAT(alone.output, Catch::Contains("one.test: renewed, valid until 20"));
}

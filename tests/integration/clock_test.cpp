// SPDX-License-Identifier: Apache-2.0
// The released program on a machine whose clock is wrong (libfaketime, preloaded; the steady clock
// stays as it is): nothing good is replaced or lost, the status says what is wrong, and all goes on
// once the clock is right.
#include "site.hpp"
#include "support/catch.hpp"

#include <nlohmann/json.hpp>

#include <csignal>
#include <cstdlib>
#include <memory>

using namespace md::test;
using std::chrono::seconds;

namespace {

const std::string name = "one.test";

class WrongClock {
public:
    WrongClock() {
        site.configure("MDPrivateKeys P-256\nManagedDomain one.test\n");
        set("+0");
    }

    // From now on, for the running daemon as well: "-1h", "+10y", ...
    void set(const std::string& difference) const {
        write_file(site.directory() / "clock.new", difference + "\n");
        fs::rename(site.directory() / "clock.new", clock());
    }
    std::unique_ptr<Process> run() {
        const char* options = std::getenv("ASAN_OPTIONS");
        auto daemon =
            site.run_by({"/usr/bin/env", "LD_PRELOAD=" MD_FAKETIME_LIBRARY},
                        {{"FAKETIME_TIMESTAMP_FILE", clock().string()},
                         {"FAKETIME_NO_CACHE", "1"},
                         {"FAKETIME_DONT_FAKE_MONOTONIC", "1"},
                         {"NO_FAKE_STAT", "1"},
                         {"ASAN_OPTIONS", (options == nullptr ? "" : std::string(options) + ":") +
                                              "verify_asan_link_order=0"}});
        REQUIRE(daemon->wait_for_output("mdcertd runs", seconds{20}));
        return daemon;
    }
    nlohmann::json next_action() const { return site.status_of(name).at("next-action"); }
    // Once it goes by that rule: the log tells of an end a moment before the status does.
    nlohmann::json next_action_by(const std::string& rule) const {
        constexpr int most_looks = 300;
        auto next = next_action();
        for (int look = 0; look < most_looks && next.at("rule") != rule; ++look)
            next = next_action();
        return next;
    }

    Pebble ca{PebbleOptions::calm()};
    Site site{ca};

private:
    fs::path clock() const { return site.directory() / "clock"; }
};

void reload(Process& daemon) {
    const unsigned before = occurrences(daemon.output(), "configuration reloaded");
    daemon.signal(SIGHUP);
    REQUIRE(daemon.wait_for_output("configuration reloaded", seconds{20}, before + 1));
}

struct Jump {
    std::string difference, rule, reason;
    bool asks_the_ca;
};

}  // namespace

TEST_CASE("a clock that jumps costs no certificate, is told of, and is forgotten once it is right",
          "[slow]") {
    // An hour is no trouble.
    const auto jump = GENERATE(Jump{"-1h", "renew_window", "is left then", false},
                               Jump{"-30d", "clock_behind", "clock", false},
                               Jump{"-17y", "clock_unset", "clock", false},
                               Jump{"+10y", "retry_after_failure", "", true});
    INFO(jump.difference);
    WrongClock machine;
    Site& site = machine.site;
    auto daemon = machine.run();
    REQUIRE(site.wait_for_notified(*daemon, name, seconds{30}));
    const std::string good = site.fingerprint(name, ".p-256");
    const auto before = machine.next_action();
    REQUIRE(before.at("rule") == "renew_window");

    // While it runs, and from its start on.
    machine.set(jump.difference);
    reload(*daemon);
    for (int start = 0; start < 2; ++start) {
        if (start == 1) {
            CHECK(daemon->stop(seconds{5}) == 0);
            daemon = machine.run();
        }
        if (jump.asks_the_ca)
            REQUIRE(daemon->wait_for_output("attempt failed domain=one.test", seconds{30}));
        const auto next = machine.next_action_by(jump.rule);
        INFO(next.dump());
        CHECK(next.at("rule") == jump.rule);
        CHECK_THAT(next.at("reason").get<std::string>(), Catch::Contains(jump.reason));
        if (jump.asks_the_ca)
            CHECK_THAT(site.status_of(name).at("last-problem").at("detail").get<std::string>(),
                       Catch::Contains("certificate"));
        CHECK(site.fingerprint(name, ".p-256") == good);
        CHECK(site.key_matches(name, ".p-256"));
    }

    machine.set("+0");
    reload(*daemon);
    const auto after = machine.next_action_by(before.at("rule"));
    CHECK(after.at("rule") == before.at("rule"));
    CHECK(after.at("at") == before.at("at"));
    CHECK(site.fingerprint(name, ".p-256") == good);
    CHECK(machine.ca.orders() == 1);
    CHECK(site.notified(name) == 1);
    CHECK(site.mdcertd({"renew", name}).status == 0);
    CHECK(site.wait_for_notified(*daemon, name, seconds{30}, 2));
    CHECK(site.fingerprint(name, ".p-256") != good);
    CHECK(daemon->stop(seconds{5}) == 0);
}

TEST_CASE("booted before 2020 the daemon asks for nothing, and begins once the clock is set",
          "[slow]") {
    WrongClock machine;
    machine.set("-17y");
    const auto daemon = machine.run();
    const auto next = machine.next_action();
    CHECK(next.at("rule") == "clock_unset");
    CHECK_THAT(next.at("reason").get<std::string>(), Catch::Contains("clock"));
    CHECK(machine.ca.requests("/dir") == 0);
    machine.set("+0");
    // By itself, within a minute.
    CHECK(machine.site.wait_for_notified(*daemon, name, seconds{90}));
    CHECK(machine.site.verify(name, name, ".p-256") == "");
    CHECK(machine.ca.orders() == 1);
    CHECK(daemon->stop(seconds{5}) == 0);
}

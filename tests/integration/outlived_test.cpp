// SPDX-License-Identifier: Apache-2.0
// State that outlives its reason: a failure whose setting was corrected, a certificate of a CA that
// is not configured any more, files that are not what they were, a set that is due when it is new.
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
const std::string suffix = ".p-256";
const std::string domains = "MDCheckInterval 1s\nMDPrivateKeys P-256\nManagedDomain one.test\n";

std::string issuer(const Site& site) {
    const auto outcome = run_command({{"openssl", "x509", "-noout", "-issuer", "-in",
                                       site.live(name, "pubcert.p-256.pem").string()}});
    REQUIRE(outcome.status == 0);
    return outcome.output;
}

// In one step, whatever the daemon writes there meanwhile.
void take_away(const Site& site, const fs::path& what) {
    const fs::path gone = site.directory() / "gone";
    fs::rename(what, gone);
    fs::remove_all(gone);
}

// The log tells of a failure a moment before the status does.
bool comes_to_say(const Site& site, const std::string& failure_class) {
    constexpr int most_looks = 500;
    for (int look = 0; look < most_looks; ++look) {
        const auto status = site.status_of(name);
        if (status.contains("last-problem") && status["last-problem"]["class"] == failure_class)
            return true;
    }
    return false;
}

unsigned certificates_in(const fs::path& file) {
    return occurrences(read_file(file), "BEGIN CERTIFICATE");
}

}  // namespace

TEST_CASE("a folder that is removed under the daemon is noticed, and obtained anew", "[slow]") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure(domains);
    const auto daemon = site.run();
    REQUIRE(site.wait_for_notified(*daemon, name, seconds{30}));
    const std::string former = site.fingerprint(name, suffix);
    take_away(site, site.store() / "domains" / name);
    REQUIRE(site.wait_for_notified(*daemon, name, seconds{30}, 2));
    CHECK(site.fingerprint(name, suffix) != former);
    CHECK(site.verify(name, name, suffix) == "");
    CHECK(ca.accounts() == 1);
    CHECK(ca.orders() == 2);
    CHECK_THAT(daemon->output(), Catch::Contains("a certificate is gone from the store"));
    CHECK(daemon->stop(seconds{5}) == 0);
}

TEST_CASE("a store that is removed under the daemon comes back with its lock and account",
          "[slow]") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure(domains);
    auto daemon = site.run();
    REQUIRE(site.wait_for_notified(*daemon, name, seconds{30}));
    take_away(site, site.store());
    REQUIRE(site.wait_for_notified(*daemon, name, seconds{30}, 2));
    CHECK(site.verify(name, name, suffix) == "");
    CHECK(site.key_matches(name, suffix));
    CHECK((fs::status(site.store()).permissions() & fs::perms::all) == fs::perms::owner_all);
    const auto second = site.mdcertd({"once"});
    CHECK(second.status == 1);
    CHECK_THAT(second.errors, Catch::Contains("in use by"));
    CHECK(ca.accounts() == 1);
    // What was made again is used by the next one.
    CHECK(daemon->stop(seconds{5}) == 0);
    CHECK(site.mdcertd({"once"}).status == 0);
    CHECK(site.mdcertd({"renew", name}).status == 0);
    CHECK(ca.accounts() == 1);
    CHECK(ca.orders() == 3);
}

TEST_CASE("a store that another process has taken meanwhile is left to it", "[slow]") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure(domains);
    auto daemon = site.run();
    REQUIRE(site.wait_for_notified(*daemon, name, seconds{30}));
    daemon->signal(SIGSTOP);
    take_away(site, site.store());
    site.configure("MDPortMap 80:- 443:-\n" + domains);
    auto other = site.run();
    REQUIRE(other->wait_for_output("mdcertd runs", seconds{20}));
    daemon->signal(SIGCONT);
    const auto said = [&] { return daemon->output().find("is in use by") != std::string::npos; };
    CHECK(daemon->wait_until(said, {daemon->output_file()}, seconds{20}));
    CHECK(other->running());
}

TEST_CASE("an intermediate that was cut off, or exchanged, makes the set due", "[slow]") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure(domains);
    const auto daemon = site.run();
    REQUIRE(site.wait_for_notified(*daemon, name, seconds{30}));
    const fs::path file = site.live(name, "pubcert.p-256.pem");
    const std::string whole = read_file(file);
    REQUIRE(certificates_in(file) == 2);
    const std::string end = "-----END CERTIFICATE-----\n";
    const std::string leaf = whole.substr(0, whole.find(end) + end.size());
    const std::string foreign = GENERATE(as<std::string>{}, "", "listener");
    write_file(site.directory() / "new.pem",
               leaf + (foreign.empty() ? "" : read_file(ca.ca_file())));
    fs::rename(site.directory() / "new.pem", file);
    REQUIRE(site.wait_for_notified(*daemon, name, seconds{30}, 2));
    CHECK(certificates_in(file) == 2);
    CHECK(site.verify(name, name, suffix) == "");
    CHECK(site.status_of(name)["state"] == "valid");
    CHECK(ca.orders() == 2);
    CHECK(daemon->stop(seconds{5}) == 0);
}

TEST_CASE("a corrected setting ends the waiting, by restart as by reload", "[slow]") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    const std::string right = site.server_part;
    site.server_part = replaced(right, "MDCertificateAgreement accepted\n", "");
    site.configure(domains);
    auto daemon = site.run();
    REQUIRE(daemon->wait_for_output("attempt failed domain=one.test", seconds{30}));
    REQUIRE(comes_to_say(site, "permanent"));
    const bool by_reload = GENERATE(true, false);
    if (!by_reload)
        CHECK(daemon->stop(seconds{5}) == 0);
    site.server_part = right;
    site.configure(domains);
    if (by_reload)
        daemon->signal(SIGHUP);
    else
        daemon = site.run();
    REQUIRE(site.wait_for_notified(*daemon, name, seconds{30}));
    CHECK(site.verify(name, name, suffix) == "");
    CHECK(daemon->stop(seconds{5}) == 0);
}

// "valid", and nothing was ordered for 60 days.
TEST_CASE("after a trial with one CA, the other one's certificate comes at the next reload",
          "[slow]") {
    Pebble trial(PebbleOptions::calm());
    PebbleOptions same_ports = PebbleOptions::calm();
    same_ports.http_port = trial.http_port();
    same_ports.tls_port = trial.tls_port();
    Pebble real(same_ports);
    Site site(trial);
    site.configure(domains);
    const auto daemon = site.run();
    REQUIRE(site.wait_for_notified(*daemon, name, seconds{30}));
    const std::string of_trial = issuer(site);
    site.server_part = replaced(site.server_part, trial.directory_url(), real.directory_url());
    site.server_part =
        replaced(site.server_part, trial.ca_file().string(), real.ca_file().string());
    site.configure(domains);
    daemon->signal(SIGHUP);
    REQUIRE(site.wait_for_notified(*daemon, name, seconds{30}, 2));
    CHECK(issuer(site) != of_trial);
    CHECK(trial.orders() == 1);
    CHECK(real.orders() == 1);
    CHECK(site.status_of(name)["next-action"]["rule"] == "renew_window");
    CHECK(daemon->stop(seconds{5}) == 0);
}

// 955 certificates in 185 s, and MDNotifyCmd was never run.
TEST_CASE("certificates of an hour under a clock that is 45 minutes ahead come one by one",
          "[slow]") {
    Pebble ca({.nonce_reject = 0, .authz_reuse = 0, .sleep_at_most = 0, .validity_seconds = 3600});
    Site site(ca);
    site.configure(domains);
    const char* options = std::getenv("ASAN_OPTIONS");
    const auto daemon =
        site.run_by({"/usr/bin/env", "LD_PRELOAD=" MD_FAKETIME_LIBRARY},
                    {{"FAKETIME", "+45m"},
                     {"FAKETIME_DONT_FAKE_MONOTONIC", "1"},
                     {"NO_FAKE_STAT", "1"},
                     {"ASAN_OPTIONS", (options == nullptr ? "" : std::string(options) + ":") +
                                          "verify_asan_link_order=0"}});
    REQUIRE(site.wait_for_notified(*daemon, name, seconds{30}));
    CHECK(daemon->wait_for_output("the new certificate is due again already", seconds{5}));
    const auto next = site.status_of(name).at("next-action");
    INFO(next.dump());
    CHECK(next.at("rule") == "due_when_new");
    CHECK_THAT(next.at("reason").get<std::string>(),
               Catch::Contains("the last renewal left it due"));
    CHECK(ca.orders() == 1);
    CHECK(site.notified(name) == 1);
    CHECK(daemon->stop(seconds{5}) == 0);
}

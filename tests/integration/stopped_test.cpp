// SPDX-License-Identifier: Apache-2.0
// Managed domains that ask for what mdcertd cannot do, and the place of the store in what is told.
#include "site.hpp"
#include "support/catch.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <csignal>

using namespace md::test;
using std::chrono::seconds;

namespace {

const std::string one = "MDPrivateKeys P-256\nManagedDomain one.test\n";
const std::string stopped_two =
    "<ManagedDomain two.test>\nMDChallengeDns01 /bin/dns set\n</ManagedDomain>\n";

bool is_answered(Process& daemon, const std::string& answer) {
    daemon.signal(SIGHUP);
    return daemon.wait_for_output(answer, seconds{20});
}

}  // namespace

TEST_CASE("what mdcertd cannot do stops its own managed domain, the others are driven") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure(one + stopped_two);
    const auto check = site.mdcertd({"check"});
    CHECK(check.status == 1);
    CHECK_THAT(check.errors, Catch::Contains(": stopped: MDChallengeDns01: ") &&
                                 Catch::Contains("'two.test' is not driven"));
    CHECK_THAT(check.output,
               Catch::Contains("1 stopped") && Catch::Contains("two.test: not driven, stopped"));
    CHECK(check.output.find("fine") == std::string::npos);
    const auto once = site.mdcertd({"once"});
    CHECK(once.status == 1);
    CHECK_THAT(once.errors, Catch::Contains("two.test: stopped: MDChallengeDns01"));
    CHECK(fs::exists(site.live("one.test", "pubcert.p-256.pem")));
    CHECK_FALSE(fs::exists(site.store() / "domains/two.test"));
    CHECK(ca.orders() == 1);
    CHECK(site.status_of("two.test").at("state") == "stopped");
}

TEST_CASE("a reload with a managed domain that is stopped is taken, and renew says why not") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure(one);
    const auto daemon = site.run();
    REQUIRE(site.wait_for_notified(*daemon, "one.test", seconds{30}));
    site.configure(one + stopped_two + "ManagedDomain three.test\n");
    REQUIRE(is_answered(*daemon, "configuration reloaded"));
    REQUIRE(site.wait_for_notified(*daemon, "three.test", seconds{30}));
    CHECK(site.status_of("two.test").at("state") == "stopped");
    const auto renew = site.mdcertd({"renew", "two.test"});
    CHECK(renew.status == 1);
    CHECK_THAT(renew.errors, Catch::Contains("two.test is stopped: MDChallengeDns01"));
    CHECK(ca.orders() == 2);
    CHECK_THAT(daemon->output(), Catch::Contains("stopped: MDChallengeDns01"));
    CHECK(daemon->stop(seconds{5}) == 0);
}

TEST_CASE("the log begins with the place of the store and whose it is, whatever LogLevel says") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure("LogLevel error\n" + one);
    const std::string place = site.store().string() + ", as user ";
    CHECK_THAT(site.mdcertd({"check"}).output, Catch::Contains("the store is " + place));
    const auto daemon = site.run();
    REQUIRE(daemon->wait_for_output("mdcertd starts", seconds{20}));
    const std::string log = daemon->output();
    CHECK_THAT(log.substr(0, log.find('\n')), Catch::Contains(place));
    CHECK(daemon->stop(seconds{5}) == 0);
}

TEST_CASE("a reload that would move the store is refused, and names the line to blame") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure(one);
    const auto daemon = site.run();
    REQUIRE(site.wait_for_notified(*daemon, "one.test", seconds{30}));
    site.configure(one + "Protocols h2 http/1.1\n");
    REQUIRE(is_answered(*daemon, "configuration not reloaded"));
    const std::string text = read_file(site.config_file());
    const auto line =
        1 + std::count(text.begin(),
                       text.begin() + static_cast<std::ptrdiff_t>(text.find("Protocols")), '\n');
    CHECK_THAT(daemon->output(), Catch::Contains("Protocols at " + site.config_file().string() +
                                                 ":" + std::to_string(line)));
    site.configure(one + "Contact a@b.example\n");
    REQUIRE(is_answered(*daemon, "unknown directive 'Contact'"));
    const std::string former = site.server_part;
    site.server_part += "MDStoreDir " + site.store().string() + "\nServerRoot " +
                        (site.directory() / "elsewhere").string() + "\n";
    site.configure(one);
    REQUIRE(is_answered(*daemon, "ServerRoot would move from"));
    site.server_part = former;
    site.configure(one);
    CHECK(site.status_of("one.test").at("state") == "valid");
    CHECK(ca.orders() == 1);
    CHECK(daemon->stop(seconds{5}) == 0);
}

TEST_CASE("check is not fine with what will fail, or tells secrets") {
    const Scratch scratch;
    const fs::path file = scratch / "mdcertd.conf";
    const std::string good = "ServerRoot " + scratch.path().string() +
                             "\nMDCertificateAgreement accepted\nManagedDomain a.org\n";
    auto check = [&](const std::string& text) {
        write_file(file, text);
        fs::permissions(file, fs::perms(0644));
        return run_command({{MD_BINARY, "check", "-c", file.string()}});
    };
    CHECK_THAT(check(good).output, Catch::Contains(": fine, 1 managed domain"));
    const struct {
        std::string text, message;
    } rows[] = {
        {"ManagedDomain a.org\nManagedDomain b.org\n",
         ":1:1: warning: no MDCertificateAgreement for 'a.org' and 1 more managed domain"},
        {good + "MDCertificateAuthority http://ca.example.org/directory\n",
         ":4:1: warning: the CA is spoken to without TLS"},
        {good + "MDCertificateAuthority http://127.0.0.1.example.org/directory\n",
         ":4:1: warning: the CA is spoken to without TLS"},
        {good + "MDHttpProxy http://joe:S3cret@proxy.example.org:3128\n",
         ":4:1: warning: everybody on this machine can read the secret in "},
    };
    for (const auto& row : rows) {
        const auto outcome = check(row.text);
        INFO(row.text);
        CHECK(outcome.status == 0);
        CHECK_THAT(outcome.errors, Catch::Contains(row.message));
        CHECK(outcome.errors.find("S3cret@") == std::string::npos);
        CHECK(outcome.output.find("fine") == std::string::npos);
    }
    CHECK(check(good + "MDCertificateAuthority http://127.0.0.1:14000/dir\n").errors.empty());
    write_file(file, good + "MDHttpProxy http://joe:S3cret@proxy.example.org:3128\n");
    fs::permissions(file, fs::perms(0640));
    CHECK(run_command({{MD_BINARY, "check", "-c", file.string()}}).errors.find("secret") ==
          std::string::npos);
}

// SPDX-License-Identifier: Apache-2.0
// The main job: a configuration goes in, certificates of a real CA lie in the store.
#include "site.hpp"
#include "support/catch.hpp"

#include <sstream>

using namespace md::test;
using std::chrono::seconds;

namespace {

// Both challenges, both kinds of key.
const char* const four_domains = R"(
<ManagedDomain one.test www.one.test shop.one.test>
    MDCAChallenges http-01
</ManagedDomain>
<ManagedDomain two.test>
    MDCAChallenges tls-alpn-01
</ManagedDomain>
<ManagedDomain three.test>
    MDCAChallenges http-01
    MDPrivateKeys P-256
</ManagedDomain>
<ManagedDomain four.test www.four.test>
    MDCAChallenges tls-alpn-01
    MDPrivateKeys P-384
</ManagedDomain>
)";

void check_all_four(const Site& site) {
    CHECK(site.verify("one.test", "one.test") == "");
    CHECK(site.verify("one.test", "www.one.test") == "");
    CHECK(site.verify("one.test", "shop.one.test") == "");
    CHECK(site.verify("two.test", "two.test") == "");
    CHECK(site.verify("three.test", "three.test", ".p-256") == "");
    CHECK(site.verify("four.test", "www.four.test", ".p-384") == "");
    CHECK(site.key_matches("one.test"));
    CHECK(site.key_matches("two.test"));
    CHECK(site.key_matches("three.test", ".p-256"));
    CHECK(site.key_matches("four.test", ".p-384"));
    for (const char* name : {"one.test", "two.test", "three.test", "four.test"})
        CHECK(site.notified(name) == 1);
}

void issue_all_four(PebbleOptions options) {
    Pebble ca(options);
    Site site(ca);
    site.configure(four_domains);
    const auto outcome = site.mdcertd({"once"});
    INFO(outcome.output << outcome.errors);
    REQUIRE(outcome.status == 0);
    check_all_four(site);
    CHECK(ca.accounts() == 1);

    const unsigned orders = ca.orders();
    CHECK(site.mdcertd({"once"}).status == 0);
    CHECK(ca.orders() == orders);
    CHECK(site.notified("one.test") == 1);
}

// The lines of a log that have the phrase.
std::vector<std::string> lines_with(const std::string& log, const std::string& phrase) {
    std::vector<std::string> found;
    std::istringstream lines(log);
    for (std::string line; std::getline(lines, line);)
        if (line.find(phrase) != std::string::npos)
            found.push_back(line);
    return found;
}

fs::perms mode_of(const fs::path& path) {
    return fs::status(path).permissions();
}

}  // namespace

TEST_CASE("certificates come over http-01 and tls-alpn-01, RSA and elliptic, from a hostile CA") {
    issue_all_four({});
}

TEST_CASE("certificates come from a CA in strict mode") {
    issue_all_four({.strict = true});
}

TEST_CASE("a certificate comes from a CA that refuses half of all nonces") {
    Pebble ca({.nonce_reject = 50, .sleep_at_most = 0});
    Site site(ca);
    site.configure("ManagedDomain one.test\n");
    const auto outcome = site.mdcertd({"once"});
    INFO(outcome.errors);
    CHECK(outcome.status == 0);
    CHECK(site.verify("one.test", "one.test") == "");
}

TEST_CASE("keys and directories of the store are for their owner alone") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure("ManagedDomain one.test\n");
    REQUIRE(site.mdcertd({"once"}).status == 0);
    CHECK(mode_of(site.live("one.test", "privkey.pem")) == fs::perms(0600));
    CHECK(mode_of(site.store() / "md_store.json") == fs::perms(0600));
    CHECK(mode_of(site.store() / "domains/one.test") == fs::perms(0700));
    CHECK(mode_of(site.store()) == fs::perms(0700));
    for (const auto& entry : fs::directory_iterator(site.store() / "tmp"))
        FAIL_CHECK("left behind: " << entry.path());
    for (const auto& entry : fs::directory_iterator(site.store() / "staging"))
        FAIL_CHECK("left behind: " << entry.path());
}

TEST_CASE("a name that resolves to IPv6 alone is proven over IPv6") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    ca.set_addresses("six.test", "", "::1");
    site.server_part += "Listen [::1]:" + std::to_string(ca.http_port()) + "\n";
    site.configure("MDCAChallenges http-01\nManagedDomain six.test\n");
    const auto outcome = site.mdcertd({"once"});
    INFO(outcome.errors);
    CHECK(outcome.status == 0);
    CHECK(site.verify("six.test", "six.test") == "");
}

TEST_CASE("one domain that the CA cannot reach fails by name and does not hold up another") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    // Nobody listens at this address.
    ca.set_addresses("away.test", "127.0.0.2", "");
    site.configure("ManagedDomain away.test\nManagedDomain here.test\n");
    const auto outcome = site.mdcertd({"once"});
    CHECK(outcome.status == 1);
    CHECK_THAT(outcome.errors, Catch::Contains("away.test"));
    CHECK(site.verify("here.test", "here.test") == "");
    CHECK_FALSE(fs::exists(site.live("away.test", "pubcert.pem")));
    CHECK_THAT(site.mdcertd({"status"}).output, Catch::Contains("away.test"));
}

TEST_CASE("without agreement to its terms no account is made, and the CA's URL is shown") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    const std::string agreement = "MDCertificateAgreement accepted\n";
    site.server_part.erase(site.server_part.find(agreement), agreement.size());
    site.configure("ManagedDomain one.test\n");
    const auto outcome = site.mdcertd({"once"});
    CHECK(outcome.status == 1);
    CHECK_THAT(outcome.errors, Catch::Contains("data:text/plain,Do%20what%20thou%20wilt"));
    CHECK(ca.accounts() == 0);
}

TEST_CASE("a port that is in use is a warning, and the other challenge is used") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure("ManagedDomain one.test\n");
    ca.tls_reservation().occupy();
    const auto outcome = site.mdcertd({"once"});
    INFO(outcome.errors);
    CHECK(outcome.status == 0);
    CHECK_THAT(outcome.errors, Catch::Contains(std::to_string(ca.tls_port())) &&
                                   Catch::Contains("Address already in use"));
    CHECK(site.verify("one.test", "one.test") == "");
}

TEST_CASE("with both ports in use the domain's problem says so") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure("ManagedDomain one.test\n");
    ca.tls_reservation().occupy();
    ca.http_reservation().occupy();
    const auto outcome = site.mdcertd({"once"});
    CHECK(outcome.status == 1);
    CHECK_THAT(outcome.errors,
               Catch::Contains("one.test") && Catch::Contains("Address already in use"));
    CHECK(ca.orders() == 0);
}

TEST_CASE("a port that was busy at the start is taken once it is free, and proves the name") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    ca.http_reservation().occupy();
    site.configure("MDRetryDelay 1h\nMDCAChallenges http-01\nManagedDomain one.test\n");
    const auto daemon = site.run();
    REQUIRE(daemon->wait_for_output("attempt failed", seconds{20}));
    CHECK_THAT(daemon->output(), Catch::Contains("Address already in use"));
    CHECK(ca.requests("/order-plz") == 0);
    // Looked at on a timer, long before the next attempt would have come.
    ca.http_reservation().release();
    const bool done = site.wait_for_notified(*daemon, "one.test", seconds{60});
    INFO(daemon->output());
    REQUIRE(done);
    CHECK_THAT(daemon->output(), Catch::Contains("port available now"));
    CHECK(ca.requests("/order-plz") == 1);
    CHECK(daemon->stop(seconds{5}) == 0);
}

TEST_CASE("of each request that the log tells of it tells the managed domain, too") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure("LogLevel debug\nManagedDomain one.test www.one.test\nManagedDomain two.test\n");
    const auto outcome = site.mdcertd({"once"});
    INFO(outcome.errors);
    REQUIRE(outcome.status == 0);
    unsigned of_one = 0, of_two = 0, of_account = 0;
    for (const std::string& line : lines_with(outcome.errors, "request answered")) {
        of_one += line.find(" domain=one.test ") != std::string::npos;
        of_two += line.find(" domain=two.test ") != std::string::npos;
        of_account += line.find(" domain=- ") != std::string::npos;
    }
    CHECK(of_one >= 7);
    CHECK(of_two >= 6);
    CHECK(of_account == 1);
}

// SPDX-License-Identifier: Apache-2.0
// What the directives about keys, time and proof do to real certificates: MDPrivateKeys,
// MDRenewWindow, MDCAChallenges, MDPortMap, MDNotifyCmd.
#include "base/time_text.hpp"
#include "issued.hpp"
#include "support/catch.hpp"

#include <nlohmann/json.hpp>

using namespace md::test;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_seconds;

namespace {

sys_seconds time_in(const nlohmann::json& text) {
    const auto time = md::base::parse_http_date(text.get<std::string>());
    REQUIRE(time);
    return *time;
}

// How long before the end of its certificate the MD is renewed.
seconds window_of(const Site& site, const std::string& name) {
    const auto md = site.status_of(name);
    return time_in(md.at("cert").at("valid").at("until")) - time_in(md.at("next-action").at("at"));
}

seconds lifetime_of(const Site& site, const std::string& name) {
    const auto valid = site.status_of(name).at("cert").at("valid");
    return time_in(valid.at("until")) - time_in(valid.at("from"));
}

std::string without(std::string text, const std::string& start_of_line) {
    const auto at = text.find("\n" + start_of_line) + 1;
    return text.erase(at, text.find('\n', at) + 1 - at);
}

// Of its validators only the one for http-01 logs what it does.
bool proven_over_http(const Pebble& ca, const std::string& name) {
    return occurrences(ca.log(), "Attempting to validate w/ HTTP: http://" + name + ":") > 0;
}

void install(Site& site, const std::string& domains) {
    site.configure(domains);
    const auto outcome = site.mdcertd({"once"});
    INFO(outcome.errors);
    REQUIRE(outcome.status == 0);
}

}  // namespace

TEST_CASE("MDPrivateKeys makes the keys it names, several at once, and leaves good ones alone") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    install(site,
            "MDPrivateKeys RSA 3072\nManagedDomain one.test\n"
            "<ManagedDomain two.test>\n    MDPrivateKeys P-384 RSA 2048\n</ManagedDomain>\n");
    CHECK_THAT(certificate_text(site, "one.test"), Catch::Contains("(3072 bit)"));
    CHECK_THAT(certificate_text(site, "two.test"), Catch::Contains("(2048 bit)"));
    CHECK_THAT(certificate_text(site, "two.test", ".p-384"), Catch::Contains("P-384"));
    CHECK(site.key_matches("one.test"));
    CHECK(site.key_matches("two.test"));
    CHECK(site.key_matches("two.test", ".p-384"));
    CHECK(site.notified("two.test") == 1);
    CHECK(ca.orders() == 3);

    // Another size of the same kind is for the next key.
    install(site, "ManagedDomain one.test\n");
    CHECK(ca.orders() == 3);
    CHECK_THAT(certificate_text(site, "one.test"), Catch::Contains("(3072 bit)"));
    REQUIRE(site.mdcertd({"renew", "one.test"}).status == 0);
    CHECK_THAT(certificate_text(site, "one.test"), Catch::Contains("(2048 bit)"));
    CHECK(site.key_matches("one.test"));
}

TEST_CASE("MDRenewWindow is a time or a share of the lifetime, for each managed domain its own") {
    PebbleOptions hour = PebbleOptions::calm();
    hour.validity_seconds = 3600;
    Pebble ca(hour);
    Site site(ca);
    install(site, R"(
MDPrivateKeys P-256
MDRenewWindow 30s
ManagedDomain seconds.test
<ManagedDomain share.test>
    MDRenewWindow 10%
</ManagedDomain>
<ManagedDomain longer.test>
    MDRenewWindow 21d
</ManagedDomain>
<ManagedDomain third.test>
    MDRenewWindow 33%
</ManagedDomain>
)");
    const seconds lifetime = lifetime_of(site, "share.test");
    CHECK(abs(lifetime - minutes{60}) <= seconds{1});  // CAs count both ends, or one
    CHECK(window_of(site, "seconds.test") == seconds{30});
    CHECK(window_of(site, "share.test") == lifetime / 10);
    CHECK(window_of(site, "longer.test") == lifetime / 2);  // not at once again and again
    CHECK(window_of(site, "third.test") == lifetime * 33 / 100);
    CHECK(site.mdcertd({"once"}).status == 0);
    CHECK(ca.orders() == 4);
}

TEST_CASE("managed domains with different windows are renewed beside each other", "[slow]") {
    PebbleOptions brief = PebbleOptions::calm();
    brief.validity_seconds = 40;
    Pebble ca(brief);
    Site site(ca);
    site.configure(
        "MDPrivateKeys P-256\nMDRenewWindow 10%\nManagedDomain late.test\n"
        "<ManagedDomain early.test>\n    MDRenewWindow 36s\n</ManagedDomain>\n");
    const auto daemon = site.run();
    const bool done = site.wait_for_notified(*daemon, "early.test", seconds{60}, 3);
    INFO(daemon->output());
    REQUIRE(done);
    CHECK(site.notified("late.test") == 1);
    CHECK(daemon->stop(seconds{5}) == 0);
}

TEST_CASE("MDCAChallenges says which proof is given, tls-sni-01 is read as its successor") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure(R"(
MDPrivateKeys P-256
ManagedDomain default.test
<ManagedDomain http.test>
    MDCAChallenges http-01 tls-alpn-01
</ManagedDomain>
<ManagedDomain old.test>
    MDCAChallenges tls-sni-01
</ManagedDomain>
)");
    CHECK_THAT(site.mdcertd({"check"}).errors,
               Catch::Contains("warning: tls-sni-01 does not exist any more") &&
                   Catch::Contains("tls-alpn-01 is used"));
    const auto outcome = site.mdcertd({"once"});
    INFO(outcome.errors);
    REQUIRE(outcome.status == 0);
    CHECK_THAT(outcome.errors, Catch::Contains("tls-sni-01 does not exist any more"));
    CHECK(proven_over_http(ca, "http.test"));
    CHECK_FALSE(proven_over_http(ca, "default.test"));
    CHECK_FALSE(proven_over_http(ca, "old.test"));
    CHECK(ca.orders() == 3);
}

TEST_CASE("MDPortMap closes a side, in numbers and in words, and the other one proves") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    const std::string map = "MDPortMap 80:" + std::to_string(ca.http_port()) +
                            " 443:" + std::to_string(ca.tls_port()) + "\n";
    REQUIRE(occurrences(site.server_part, map) == 1);
    const auto mapped = [&](const std::string& other) {
        std::string text = site.server_part;
        return text.replace(text.find(map), map.size(), "MDPortMap " + other + "\n") +
               "MDPrivateKeys P-256\n";
    };
    const std::string http = std::to_string(ca.http_port()), tls = std::to_string(ca.tls_port());

    write_file(site.config_file(),
               mapped("http:" + http + " https:-") + "ManagedDomain http.test\n");
    CHECK(site.mdcertd({"once"}).status == 0);
    CHECK(site.verify("http.test", "http.test", ".p-256") == "");
    CHECK(proven_over_http(ca, "http.test"));

    write_file(site.config_file(), mapped("80:- 443:" + tls) + "ManagedDomain tls.test\n");
    CHECK(site.mdcertd({"once"}).status == 0);
    CHECK(site.verify("tls.test", "tls.test", ".p-256") == "");
    CHECK_FALSE(proven_over_http(ca, "tls.test"));

    write_file(site.config_file(), mapped("http:- https:-") + "ManagedDomain none.test\n");
    CHECK_THAT(site.mdcertd({"check"}).errors,
               Catch::Contains("no way is left to prove that 'none.test' is yours"));
    const auto closed = site.mdcertd({"once"});
    CHECK(closed.status == 1);
    CHECK_THAT(closed.errors,
               Catch::Contains("none.test: challenge: no challenge can be answered"));
    CHECK(ca.orders() == 2);
}

TEST_CASE("MDNotifyCmd gets its own arguments, then all names, without a shell") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    const std::string told = (site.directory() / "told").string();
    write_script(site.directory() / "tell",
                 "#!/bin/sh\nfor word; do echo \"<$word>\"; done >> " + told + "\n");
    site.server_part = without(site.server_part, "MDNotifyCmd");
    install(site, "MDPrivateKeys P-256\nMDNotifyCmd " + (site.directory() / "tell").string() +
                      " reload \"two words; $HOME\" '*'\n"
                      "ManagedDomain one.test www.one.test\nManagedDomain two.test\n");
    CHECK(read_file(told) == "<reload>\n<two words; $HOME>\n<*>\n<one.test>\n<two.test>\n");
}

TEST_CASE("MDMessageCmd is told of each event and may refuse an attempt") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    const fs::path told = site.directory() / "told", refusal = site.directory() / "refuse";
    const fs::path program = site.directory() / "tell";
    write_script(program, "#!/bin/sh\nif [ -e " + refusal.string() +
                              " ]; then echo not today; exit 3; fi\necho \"$@\" >> " +
                              told.string() + "\n");
    site.server_part = without(site.server_part, "MDNotifyCmd");
    site.configure("MDPrivateKeys P-256\nMDCAChallenges http-01\nMDMessageCmd " + program.string() +
                   " event\nManagedDomain one.test www.one.test\n");
    write_file(refusal, "");
    const auto refused = site.mdcertd({"once"});
    CHECK(refused.status == 1);
    CHECK_THAT(refused.errors,
               Catch::Contains("MDMessageCmd refused the attempt: exit status 3, not today"));
    CHECK(ca.orders() == 0);
    CHECK_THAT(site.mdcertd({"status"}).output, Catch::Contains("MDMessageCmd answered"));
    fs::remove(refusal);
    CHECK(site.mdcertd({"renew", "one.test"}).status == 0);
    const std::string events = read_file(told);  // of the names, the CA chooses the order
    CHECK_THAT(events, Catch::StartsWith("event renewing one.test\nevent challenge-setup:"));
    CHECK_THAT(events, Catch::Contains("event challenge-setup:http-01:one.test one.test\n"));
    CHECK_THAT(events, Catch::Contains("event challenge-setup:http-01:www.one.test one.test\n"));
    CHECK_THAT(events, Catch::EndsWith("event renewed one.test\nevent installed one.test\n"));
    CHECK(occurrences(events, "\n") == 5);
}

TEST_CASE("check finds a notify command that is missing or may not be run") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.server_part = without(site.server_part, "MDNotifyCmd");
    const fs::path command = site.directory() / "command";
    site.configure("MDNotifyCmd " + command.string() + " now\nManagedDomain one.test\n");
    const std::string line = std::to_string(occurrences(site.server_part, "\n") + 1);
    for (const char* reason : {"no such file", "not executable"}) {
        const auto check = site.mdcertd({"check"});
        CHECK(check.status == 1);
        CHECK_THAT(check.errors, Catch::Contains(site.config_file().string() + ":" + line + ":") &&
                                     Catch::Contains("MDNotifyCmd: ") &&
                                     Catch::Contains(command.string()));
        INFO(reason);
        CHECK_THAT(check.errors, Catch::Contains(reason));
        write_file(command, "#!/bin/sh\n");
    }
    write_script(command, "#!/bin/sh\n");
    CHECK(site.mdcertd({"check"}).status == 0);
}

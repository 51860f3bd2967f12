// SPDX-License-Identifier: Apache-2.0
// Which names are in which certificate: managed domains as lines and sections, their members, the
// virtual hosts that use and join them, and who is not driven.
#include "issued.hpp"
#include "support/catch.hpp"

#include <nlohmann/json.hpp>

#include <csignal>

using namespace md::test;
using std::chrono::seconds;
using Names = std::vector<std::string>;

namespace {

// Global values stand before, between and behind the sections that override them.
const char* const every_spelling = R"(
MDRenewWindow 10d
manageddomain auto One.Test www.one.test
<ManagedDomain two.test>
    MDMember www.two.test
    MDMembers mail.two.test shop.two.test
    MDPrivateKeys P-384
</ManagedDomain two.test>
MDPrivateKeys P-256
<MDomainSet three.test www.three.test manual>
    MDPrivateKeys RSA 3072
    MDRenewWindow 40%
</MDomainSet three.test www.three.test>
MDomain four.test manual www.four.test
<MDomain five.test>
    MDMember manual
    MDMember www.five.test
</MDomain>
)";

const char* const hosts = R"(
MDMembers manual
MDPrivateKeys P-256
<ManagedDomain auto.test auto>
</ManagedDomain>
ManagedDomain manual.test
ManagedDomain unused.test
<ManagedDomain always.test>
    MDDriveMode always
</ManagedDomain>
<ManagedDomain other.test>
    MDDriveMode manual
</ManagedDomain>
<VirtualHost *:443>
    ServerName www.auto.test
    ServerAlias auto.test blog.auto.test *.wild.auto.test
    SSLEngine on
</VirtualHost>
<VirtualHost *:80>
    ServerName auto.test
    ServerAlias plain.auto.test
</VirtualHost>
<VirtualHost *:443>
    ServerName manual.test
    ServerAlias shop.manual.test
    SSLEngine on
</VirtualHost>
<VirtualHost *:443>
    ServerName other.test
    SSLEngine on
</VirtualHost>
)";

unsigned line_of(const Site& site, const std::string& text) {
    const std::string all = read_file(site.config_file());
    return occurrences(all.substr(0, all.find(text)), "\n") + 1;
}

}  // namespace

TEST_CASE("a managed domain in any spelling is one certificate with all its names") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure(every_spelling);
    const auto outcome = site.mdcertd({"once"});
    INFO(outcome.errors);
    REQUIRE(outcome.status == 0);
    CHECK(certificate_names(site, "one.test", ".p-256") == Names{"one.test", "www.one.test"});
    CHECK(certificate_names(site, "two.test", ".p-384") ==
          Names{"mail.two.test", "shop.two.test", "two.test", "www.two.test"});
    CHECK(certificate_names(site, "three.test") == Names{"three.test", "www.three.test"});
    CHECK(certificate_names(site, "four.test", ".p-256") == Names{"four.test", "www.four.test"});
    CHECK(certificate_names(site, "five.test", ".p-256") == Names{"five.test", "www.five.test"});

    CHECK_THAT(certificate_text(site, "two.test", ".p-384"), Catch::Contains("P-384"));
    CHECK_THAT(certificate_text(site, "three.test"), Catch::Contains("(3072 bit)"));
    CHECK(site.status_of("one.test").at("renew-window") == "10d");
    CHECK(site.status_of("three.test").at("renew-window") == "40%");
    CHECK(ca.orders() == 5);
}

TEST_CASE("virtual hosts use and join managed domains, and who is not driven is told") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure(hosts);
    const auto check = site.mdcertd({"check"});
    CHECK(check.status == 0);
    CHECK_THAT(
        check.errors,
        Catch::Contains(site.config_file().string() + ":" +
                        std::to_string(line_of(site, "ServerAlias shop.manual.test")) + ":") &&
            Catch::Contains("warning: 'shop.manual.test' is not in managed domain") &&
            Catch::Contains("warning: 'unused.test' is not renewed"));
    CHECK_THAT(check.output,
               Catch::Contains("unused.test: not driven, no virtual host has one of its names") &&
                   Catch::Contains("other.test: not driven, MDDriveMode is manual"));

    const auto outcome = site.mdcertd({"once"});
    INFO(outcome.errors);
    REQUIRE(outcome.status == 0);
    CHECK(certificate_names(site, "auto.test", ".p-256") ==
          Names{"auto.test", "blog.auto.test", "www.auto.test"});
    CHECK(certificate_names(site, "manual.test", ".p-256") == Names{"manual.test"});
    CHECK(certificate_names(site, "always.test", ".p-256") == Names{"always.test"});
    CHECK(ca.orders() == 3);
    for (const char* name : {"unused.test", "other.test"}) {
        CHECK_FALSE(fs::exists(site.store() / "domains" / name));
        CHECK(site.status_of(name).at("state") == "not managed");
    }
    CHECK_THAT(site.mdcertd({"status", "unused.test"}).output,
               Catch::Contains("not managed: no virtual host has one of its names"));
    CHECK_THAT(site.mdcertd({"status", "other.test"}).output,
               Catch::Contains("not managed: MDDriveMode is manual"));
}

TEST_CASE("a name that is added renews at once, one that is removed does not") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure("MDPrivateKeys P-256\nManagedDomain one.test www.one.test\n");
    const auto daemon = site.run();
    REQUIRE(site.wait_for_notified(*daemon, "one.test", seconds{60}));

    site.configure("MDPrivateKeys P-256\nManagedDomain one.test www.one.test mail.one.test\n");
    daemon->signal(SIGHUP);
    REQUIRE(site.wait_for_notified(*daemon, "one.test", seconds{60}, 2));
    const Names three = {"mail.one.test", "one.test", "www.one.test"};
    CHECK(certificate_names(site, "one.test", ".p-256") == three);

    site.configure("MDPrivateKeys P-256\nManagedDomain one.test www.one.test\n");
    daemon->signal(SIGHUP);
    REQUIRE(daemon->wait_for_output("configuration reloaded", seconds{20}, 2));
    const auto one = site.status_of("one.test");
    CHECK(one.at("domains") == nlohmann::json({"one.test", "www.one.test"}));
    CHECK(one.at("state") == "valid");
    CHECK(one.at("next-action").at("rule") == "renew_window");
    const auto check = site.mdcertd({"check"});
    CHECK(check.status == 0);
    CHECK_THAT(check.errors, Catch::Contains("warning: the certificate of 'one.test' has names "
                                             "that are configured no more: mail.one.test"));
    CHECK(daemon->stop(seconds{5}) == 0);
    CHECK(site.mdcertd({"once"}).status == 0);
    CHECK(ca.orders() == 2);
    CHECK(certificate_names(site, "one.test", ".p-256") == three);
}

// SPDX-License-Identifier: Apache-2.0
// Certificates that are held and configured no more, and what monitors and people are told of many.
#include "site.hpp"
#include "support/catch.hpp"

#include <nlohmann/json.hpp>

using namespace md::test;
using std::chrono::seconds;

TEST_CASE(
    "a certificate that is configured no more is listed, and archived when somebody says so") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure("ManagedDomain one.test\nManagedDomain two.test\nManagedDomain six.test\n");
    REQUIRE(site.mdcertd({"once"}).status == 0);
    CHECK_THAT(site.mdcertd({"status"}).output, !Catch::Contains("in no ManagedDomain any more"));

    site.configure("ManagedDomain one.test\n");
    const auto told = site.mdcertd({"status"});
    CHECK_THAT(told.output, Catch::Contains("in no ManagedDomain any more") &&
                                Catch::Contains("    two.test, valid until 20") &&
                                Catch::Contains("    six.test, valid until 20"));
    const auto used = site.mdcertd({"forget", "one.test"});
    CHECK(used.status == 1);
    CHECK_THAT(used.errors, Catch::Contains("one.test is in use: take it out of " +
                                            site.config_file().string() + ":"));
    const auto unknown = site.mdcertd({"forget", "two.test", "../accounts"});
    CHECK(unknown.status == 1);
    CHECK_THAT(unknown.errors, Catch::Contains("configured no more: six.test two.test"));
    CHECK(fs::exists(site.live("two.test", "privkey.pem")));  // all of them, or none

    const std::string key = read_file(site.live("two.test", "privkey.pem"));
    const auto forgotten = site.mdcertd({"forget", "two.test"});
    INFO(forgotten.errors);
    CHECK(forgotten.status == 0);
    const std::string place = (site.store() / "archive/two.test.1").string();
    CHECK(forgotten.output == "two.test: moved to " + place + "\n");
    CHECK(read_file(place + "/privkey.pem") == key);
    CHECK_FALSE(fs::exists(site.store() / "domains/two.test"));

    const auto daemon = site.run();
    REQUIRE(daemon->wait_for_output("mdcertd runs", seconds{20}));
    REQUIRE(daemon->wait_until([&] { return site.mdcertd({"reload"}).status == 0; },
                               {site.directory() / "state"}, seconds{20}));
    const auto json = nlohmann::json::parse(site.mdcertd({"status", "--json"}).output);
    CHECK(json.at("unused").size() == 1);
    CHECK(json.at("unused").front().at("name") == "six.test");
    CHECK(site.mdcertd({"forget", "one.test"}).status == 1);
    CHECK(site.mdcertd({"forget", "six.test"}).status == 0);
    CHECK(fs::exists(site.store() / "archive/six.test.1/privkey.pem"));
    CHECK_THAT(site.mdcertd({"status"}).output, !Catch::Contains("six.test"));
    CHECK(daemon->stop(seconds{5}) == 0);
}

TEST_CASE("a monitor is told by exit status of what is in trouble, a person by a table") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure("ManagedDomain one.test\nManagedDomain two.test\n");
    REQUIRE(site.mdcertd({"once"}).status == 0);
    const auto well = site.mdcertd({"status", "--failing"});
    CHECK(well.status == 0);
    CHECK(well.output == "No managed domain is in trouble.\n");

    site.configure("ManagedDomain one.test\nManagedDomain two.test\nManagedDomain new.test\n");
    const auto missing = site.mdcertd({"status", "--failing"});
    CHECK(missing.status == 1);
    CHECK_THAT(missing.output, Catch::Contains("new.test") && !Catch::Contains("one.test"));
    CHECK(nlohmann::json::parse(site.mdcertd({"status", "--failing", "--json"}).output)
              .at("managed-domains")
              .size() == 1);
    const auto table = site.mdcertd({"status"});
    CHECK(table.status == 0);
    CHECK_THAT(table.output,
               Catch::StartsWith("NAME      STATE    DAYS  NEXT") &&
                   Catch::Contains("\nnew.test  missing     -  now\none.test  valid"));

    const std::string one = site.mdcertd({"status", "one.test"}).output;
    CHECK_THAT(
        one,
        Catch::Contains("file:          " + site.live("one.test", "pubcert.pem").string()) &&
            Catch::Contains("key file:      " + site.live("one.test", "privkey.pem").string()) &&
            Catch::Contains("serial:        ") && Catch::Contains("SHA-256:       "));
}

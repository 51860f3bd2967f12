// SPDX-License-Identifier: Apache-2.0
// The status of many as a person and a monitor see it.
#include "admin/status_table.hpp"

#include "status_samples.hpp"
#include "support/catch.hpp"

#include <string>
#include <vector>

using namespace md;
using namespace md::admin;
using namespace md::admin::samples;

namespace {

Server server_in_trouble() {
    Server server;
    server.desired.server.notify_command = {"/bin/reload"};
    server.add({"valid.org"});
    server.hold("valid.org", now - 24h, 90 * 24h);
    server.installed("valid.org").notification.owed = false;
    server.add({"first.org"});
    server.add({"failing.org"});
    server.hold("failing.org", now - 70 * 24h, 90 * 24h);
    server.fail("failing.org", 3, dns_failure(), now + 95min);
    server.add({"expired.org"});
    server.hold("expired.org", now - 92 * 24h, 90 * 24h);
    server.add({"untold.org"});
    server.hold("untold.org", now - 24h, 90 * 24h);
    auto& told = server.installed("untold.org");
    told.notification.errors = 1;
    told.notification.next = now + 40s;
    told.notification.reason = "exit status 3";
    server.add({"soon.org"});
    server.hold("soon.org", now - 80 * 24h, 90 * 24h);
    server.add({"unused.org"}).used = false;
    return server;
}

std::vector<std::string> names_in(const nlohmann::json& status) {
    std::vector<std::string> names;
    for (const auto& domain : status.at("managed-domains"))
        names.push_back(domain.at("name"));
    return names;
}

}  // namespace

TEST_CASE("of many there is a table, trouble first") {
    CHECK(server_in_trouble().text() ==
          R"(NAME         STATE        DAYS  NEXT                  PROBLEM
expired.org  expired        -2  now
failing.org  failing        20  in 1 hour 35 minutes  a.org: no such host
first.org    missing         -  now
untold.org   valid          89  2026-07-30            MDNotifyCmd failed: exit status 3; it is run again in 40 seconds
soon.org     expiring       10  now
valid.org    valid          89  2026-07-30
unused.org   not managed     -  -

7 managed domains: 1 expired, 1 expiring, 1 failing, 1 missing, 1 not managed, 2 valid.
'mdcertd status NAME' tells more of one.
)");
}

TEST_CASE("a monitor is told of those in trouble, and of no others") {
    auto status = server_in_trouble().json();
    status["daemon"] = "running";
    auto with_daemon = status;
    CHECK(keep_failing(with_daemon));
    CHECK(names_in(with_daemon) ==
          std::vector<std::string>{"first.org", "failing.org", "expired.org", "untold.org"});
    // What is due is nobody's business then.
    status["daemon"] = "not running";
    CHECK(keep_failing(status));
    CHECK(names_in(status) == std::vector<std::string>{"first.org", "failing.org", "expired.org",
                                                       "untold.org", "soon.org"});

    Server well;
    well.add({"a.org"});
    well.hold("a.org", now - 24h, 90 * 24h);
    auto fine = well.json();
    CHECK_FALSE(keep_failing(fine));
    fine["reload-problem"] = "a.conf:7: no such directive";
    CHECK(keep_failing(fine));
    for (const char* odd : {"{}", "[]", "7", R"({"managed-domains":[7,null,[]]})"}) {
        auto broken = nlohmann::json::parse(odd);
        CHECK_NOTHROW(status_text(broken, now, true));
    }
}

TEST_CASE("a long problem is cut between characters, a named domain is told in full") {
    Server server = server_in_trouble();
    std::string detail;
    for (int i = 0; i < 80; ++i)
        detail += "é";
    server.fail("failing.org", 1, {"order", "", detail, {}, now}, now + 1h);
    const std::string text = server.text();
    CHECK_THAT(text, Catch::Contains("é ...\n") && !Catch::Contains(detail));
    CHECK_THAT(server.text({"failing.org"}), Catch::Contains(detail));
}

TEST_CASE("who asks for one is told its files, its numbers and the proofs that can work") {
    Server server;
    server.desired.server.store_dir = "/store";
    server.desired.server.port_map.https.reset();
    server.add({"a.org"}).settings.edit().keys = {model::KeySpec::ec("p-256")};
    server.hold("a.org", now - 24h, 90 * 24h, model::KeySpec::ec("p-256"));
    const std::string text = server.text({"a.org"});
    CHECK_THAT(text,
               Catch::Contains("    file:          /store/domains/a.org/pubcert.p-256.pem\n") &&
                   Catch::Contains("    key file:      /store/domains/a.org/privkey.p-256.pem\n") &&
                   Catch::Contains("    serial:        0a1b\n") &&
                   Catch::Contains("    SHA-256:       c0ffee") &&
                   Catch::Contains("    proof by:      http-01; not by tls-alpn-01 (MDPortMap "
                                   "closes port 443)\n"));
    // A socket that a web server passes questions on to serves as port 80 does.
    server.desired.server.port_map = {std::nullopt, std::nullopt, "/run/mdcertd/http.sock"};
    CHECK_THAT(server.text({"a.org"}), Catch::Contains("proof by:      http-01; not by"));
    auto status = server.json({"a.org"});
    status["ports"] = {{"http-obstacle", "port 80 could not be bound"}, {"https-obstacle", ""}};
    CHECK_THAT(status_text(status, now, false),
               Catch::Contains("proof by:      nothing that can work: tls-alpn-01"));
}

TEST_CASE("what is held and configured no more is listed, with what to do") {
    Server server;
    server.add({"a.org"});
    auto status = server.json();
    status["unused"] = {{{"name", "old.org"}, {"until", "Sun, 21 Jun 2026 12:00:00 GMT"}},
                        {{"name", "broken.org"}}};
    CHECK_THAT(status_text(status, now, false),
               Catch::Contains("Held, but in no ManagedDomain any more, so not renewed:\n"
                               "    old.org, valid until 2026-06-21 12:00:00 UTC, in 20 days\n"
                               "    broken.org\n"
                               "'mdcertd forget NAME'"));
}

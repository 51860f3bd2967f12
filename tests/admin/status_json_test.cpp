// SPDX-License-Identifier: Apache-2.0
#include "admin/domain_json.hpp"
#include "status_samples.hpp"
#include "support/catch.hpp"

#include <string>
#include <vector>

using namespace md;
using namespace md::admin::samples;
using nlohmann::json;

TEST_CASE("a valid MD as JSON, member by member") {
    Server server;
    auto& domain = server.add({"a.org", "www.a.org"});
    domain.settings.edit().issuers[0].contacts = {"mailto:ops@a.org"};
    domain.settings.edit().issuers[0].agreement = "accepted";
    domain.settings.edit().require_https = model::RequireHttps::permanent;
    server.hold("a.org", now - 24h, 90 * 24h);
    server.desired.server.notify_command = {"/bin/reload"};
    server.installed("a.org").notification.owed = false;
    const json expected = json::parse(R"({
      "version": ")" MDCERTD_VERSION R"(",
      "managed-domains": [{
        "name": "a.org",
        "domains": ["a.org", "www.a.org"],
        "contacts": ["mailto:ops@a.org"],
        "transitive": 1,
        "ca": {"proto": "ACME", "urls": ["https://acme-v02.api.letsencrypt.org/directory"],
               "agreement": "accepted", "challenges": ["tls-alpn-01", "http-01"]},
        "privkey": [{"type": "RSA", "bits": 2048}],
        "renew-mode": 1,
        "renew-window": "33%",
        "must-staple": false,
        "require-https": "permanent",
        "configured-at": "a.conf:3",
        "state": "valid",
        "cert": {
          "rsa": {"key": "RSA 2048", "issuer-name": "CN=Test CA", "serial": "0a1b",
                  "sha256-fingerprint": "c0ffee0000000000000000000000000000000000000000000000000000000000",
                  "valid": {"from": "Sun, 31 May 2026 12:00:00 GMT",
                            "until": "Sat, 29 Aug 2026 12:00:00 GMT"}},
          "valid": {"from": "Sun, 31 May 2026 12:00:00 GMT",
                    "until": "Sat, 29 Aug 2026 12:00:00 GMT"}},
        "watched": true,
        "renew": false,
        "renew-at": "Thu, 30 Jul 2026 19:12:00 GMT",
        "next-action": {"action": "issue", "due": false, "rule": "renew_window",
                        "at": "Thu, 30 Jul 2026 19:12:00 GMT",
                        "reason": "33% of the lifetime (90 days) is left then"},
        "notification": {"state": "done"}
      }]})");
    CHECK(server.json() == expected);
}

TEST_CASE("a failing MD as JSON has the problem, the advice and the job") {
    Server server;
    server.add({"a.org"});
    server.fail("a.org", 2, dns_failure(), now + 5min);
    server.logs["a.org"] = {{now - 5min, "renewal-error", "", "no such host"}};
    const json one = server.one();
    CHECK(one["state"] == "failing");
    CHECK(one["state-descr"] == "no certificate is held");
    CHECK(one["renew"] == true);
    CHECK(one["last-problem"]["stage"] == "challenge");
    CHECK(one["last-problem"]["problem"] == "urn:ietf:params:acme:error:dns");
    CHECK(one["last-problem"]["detail"] == "a.org: no such host");
    CHECK(one["last-problem"]["class"] == "budget");
    CHECK(one["last-problem"]["at"] == "Mon, 01 Jun 2026 11:55:00 GMT");
    CHECK(one["last-problem"]["errors"] == 2);
    CHECK(one["last-problem"].contains("advice"));
    CHECK(one["next-action"]["rule"] == "retry_after_failure");
    CHECK(one["next-action"]["at"] == "Mon, 01 Jun 2026 12:05:00 GMT");
    CHECK(one["renewal"]["errors"] == 2);
    CHECK(one["renewal"]["next-run"] == "Mon, 01 Jun 2026 12:05:00 GMT");
    CHECK(one["renewal"]["log"]["entries"][0]["type"] == "renewal-error");
    CHECK_FALSE(one.contains("cert"));
}

TEST_CASE("the state of an MD in a word") {
    Server server;
    auto state = [&] { return server.one()["state"].get<std::string>(); };
    auto& domain = server.add({"a.org"});

    SECTION("missing: nothing is held") {
        CHECK(state() == "missing");
    }
    SECTION("valid") {
        server.hold("a.org", now - 24h, 90 * 24h);
        CHECK(state() == "valid");
    }
    SECTION("valid: remnants of an attempt do not count") {
        server.hold("a.org", now - 24h, 90 * 24h);
        server.fail("a.org", 3, dns_failure(), now - 1h);
        CHECK(state() == "valid");
    }
    SECTION("expiring: the window is reached and nothing failed") {
        server.hold("a.org", now - 80 * 24h, 90 * 24h);
        CHECK(state() == "expiring");
    }
    SECTION("failing: the window is reached and attempts fail") {
        server.hold("a.org", now - 80 * 24h, 90 * 24h);
        server.fail("a.org", 1, dns_failure(), now + 1min);
        CHECK(state() == "failing");
        server.observed.domains["a.org"].attempts->next_run = now - 1min;
        CHECK(state() == "failing");
    }
    SECTION("expired, failing or not") {
        server.hold("a.org", now - 91 * 24h, 90 * 24h);
        CHECK(state() == "expired");
        server.fail("a.org", 9, dns_failure(), now + 1min);
        CHECK(state() == "expired");
    }
    SECTION("expired at the very second") {
        server.hold("a.org", now - 90 * 24h, 90 * 24h);
        CHECK(state() == "expired");
    }
    SECTION("incomplete: a key type is missing") {
        server.hold("a.org", now - 24h, 90 * 24h);
        domain.settings.edit().keys.push_back(model::KeySpec::ec("p-256"));
        CHECK(state() == "incomplete");
        CHECK(server.one()["state-descr"] == "the p-256 certificate is missing");
    }
    SECTION("not managed, with the reason") {
        domain.settings.edit().drive_mode = model::DriveMode::manual;
        CHECK(state() == "not managed");
        CHECK(server.one()["state-descr"] == "MDDriveMode is manual");
        domain.settings.edit().drive_mode = model::DriveMode::automatic;
        domain.used = false;
        CHECK(state() == "not managed");
        CHECK(server.one()["watched"] == false);
        CHECK(server.one()["next-action"]["action"] == "none");
    }
    SECTION("stopped, with the reason, though a good certificate is held") {
        server.hold("a.org", now - 24h, 90 * 24h);
        domain.stopped = "MDProfile (conf:3): mdcertd has no profiles yet";
        CHECK(state() == "stopped");
        CHECK(server.one()["state-descr"] == domain.stopped);
        CHECK(server.one()["watched"] == false);
        CHECK(server.one()["next-action"]["rule"] == "not_driven_stopped");
    }
    SECTION("static: not managed, and which file it is") {
        domain.settings.edit().certificate_files = {"/etc/ssl/a.pem"};
        CHECK(state() == "not managed");
        CHECK(server.one()["state-descr"] ==
              "static: its certificate is /etc/ssl/a.pem (MDCertificateFile)");
    }
}

TEST_CASE("the state of the notification") {
    Server server;
    server.add({"a.org"});
    server.hold("a.org", now - 24h, 90 * 24h);
    auto state = [&] { return server.one()["notification"]["state"].get<std::string>(); };
    CHECK(state() == "none");
    server.installed("a.org");
    CHECK(state() == "none");
    server.desired.server.notify_command = {"/bin/reload"};
    CHECK(state() == "pending");
    auto& told = server.observed.domains["a.org"].delivery.edit();
    told.notification.errors = 2;
    told.notification.next = now + 10s;
    told.notification.reason = "exit status 3";
    CHECK(state() == "failed");
    CHECK(server.one()["notification"]["reason"] == "exit status 3");
    CHECK(server.one()["notification"]["errors"] == 2);
    CHECK(server.one()["notification"]["command"] == "MDNotifyCmd");
    told.notification.owed = false;
    told.notification.errors = 0;
    CHECK(state() == "done");

    server.desired.server.message_command = {"/bin/message"};
    CHECK(state() == "done");
    told.message.owed = true;
    CHECK(state() == "pending");
    told.message.errors = 3;
    told.message.next = now + 20s;
    told.message.reason = "exit status 4";
    CHECK(state() == "failed");
    const json failed = server.one()["notification"];
    CHECK(failed["command"] == "MDMessageCmd");
    CHECK(failed["errors"] == 3);
    CHECK(failed["reason"] == "exit status 4");
    CHECK(failed.contains("next"));
}

TEST_CASE("an attempt that MDMessageCmd put off is told, and is no failure") {
    Server server;
    server.add({"a.org"});
    server.hold("a.org", now - 80 * 24h, 90 * 24h);
    server.fail("a.org", 0, {"message", "", "MDMessageCmd refused the attempt", {}, now},
                now + 12h);
    const json one = server.one();
    CHECK(one["state"] == "expiring");
    CHECK(one["last-problem"]["detail"] == "MDMessageCmd refused the attempt");
    CHECK(one["last-problem"]["errors"] == 0);
}

TEST_CASE("names select by any name of an MD, unknown ones are told") {
    Server server;
    server.add({"a.org", "www.a.org"});
    server.add({"b.org"});
    auto names_of = [&](const std::vector<std::string>& names) {
        std::string found;
        const json status = server.json(names);
        for (const json& domain : status["managed-domains"])
            found += domain["name"].get<std::string>() + " ";
        return found;
    };
    CHECK(names_of({}) == "a.org b.org ");
    CHECK(names_of({"b.org"}) == "b.org ");
    CHECK(names_of({"WWW.a.org."}) == "a.org ");
    CHECK(names_of({"www.a.org", "a.org"}) == "a.org ");
    CHECK(names_of({"x.org"}) == "");
    CHECK_FALSE(server.json({"a.org"}).contains("unknown-names"));
    CHECK(server.json({"a.org", "x.org", "no name\x1b"})["unknown-names"] ==
          json({"x.org", "no name?"}));
}

TEST_CASE("a proxy's credentials are in no status") {
    Server server;
    server.add({"a.org"}).settings.edit().issuers[0].http_proxy = "http://user:secret@proxy:3128";
    CHECK(server.json().dump().find("secret") == std::string::npos);
}

TEST_CASE("what strangers sent cannot break the JSON") {
    Server server;
    server.add({"a.org"});
    auto& facts = server.hold("a.org", now - 80 * 24h, 90 * 24h);
    facts.issuer = "CN=\xff\xfe \x1b[31m";
    model::Failure failure = dns_failure();
    failure.detail = std::string("a\0b\xc3", 4);
    failure.problem = "urn:\n";
    server.fail("a.org", 1, failure, now + 1min);
    server.observed.domains["a.org"].damage = "\x9b";
    std::string dumped;
    REQUIRE_NOTHROW(dumped = server.json().dump());
    CHECK(dumped.find("\\u00") == std::string::npos);
}

TEST_CASE("the document is the JSON as text, whatever is asked for") {
    Server server;
    server.add({"a.org", "www.a.org"});
    server.add({"b.org"});
    server.hold("b.org", now - 24h, 90 * 24h);
    auto document = [&](const std::vector<std::string>& names, const json& more) {
        return json::parse(
            admin::status_document(server.desired, server.observed, now, names, more));
    };
    for (const std::vector<std::string>& names : std::vector<std::vector<std::string>>{
             {}, {"www.a.org"}, {"b.org", "c.org", "b.org"}, {"not a name"}})
        CHECK(document(names, json::object()) == server.json(names));
    json with_more = server.json();
    with_more["reload-problem"] = "a.conf:3: broken";
    CHECK(document({}, {{"reload-problem", "a.conf:3: broken"}}) == with_more);
    CHECK(document({"c.org"}, json::object())["managed-domains"] == json::array());
}

TEST_CASE("what people read of the JSON is read back from it") {
    Server server;
    server.desired.server.notify_command = {"/bin/reload"};
    server.add({"a.org", "www.a.org"}).settings.edit().served_at = {{"a.org", 443}};
    server.hold("a.org", now - 24h, 90 * 24h);
    server.installed("a.org").notification = {true, 2, now + 1min, "exit status 1"};
    server.add({"bad.org"});
    server.fail("bad.org", 3, dns_failure(), now + 5min);
    for (const admin::DomainStatus& status : server.statuses(true)) {
        json told = admin::domain_json(status);
        json again = admin::domain_json(admin::read_domain(told));
        for (const char* of_machines : {"transitive", "privkey", "must-staple", "renewal"}) {
            told.erase(of_machines);
            again.erase(of_machines);
        }
        CHECK(again == told);
    }
}

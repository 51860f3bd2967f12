// SPDX-License-Identifier: Apache-2.0
// The text an administrator reads, as it stands.
#include "status_samples.hpp"
#include "support/catch.hpp"

#include <random>
#include <string>

using namespace md;
using namespace md::admin;
using namespace md::admin::samples;

namespace {

// One MD in each state.
Server every_state() {
    Server server;
    server.desired.server.notify_command = {"/bin/reload"};
    server.add({"valid.org", "www.valid.org", "mail.valid.org"});
    server.hold("valid.org", now - 24h, 90 * 24h);
    server.installed("valid.org").notification.owed = false;
    server.add({"first.org"});
    server.add({"failing.org"});
    server.hold("failing.org", now - 70 * 24h, 90 * 24h);
    server.fail("failing.org", 3, dns_failure(), now + 95min);
    server.add({"expired.org"});
    server.hold("expired.org", now - 92 * 24h, 90 * 24h);
    server.add({"two.org"}).settings.edit().keys.push_back(model::KeySpec::ec("p-256"));
    server.hold("two.org", now - 24h, 90 * 24h);
    server.add({"unused.org"}).used = false;
    return server;
}

}  // namespace

// As a person has them told who names them, less what only the named are told.
std::string each_in_full(const Server& server) {
    std::string text;
    const nlohmann::json status = server.json();
    for (const nlohmann::json& domain : status.at("managed-domains")) {
        const std::string one = status_text({{"managed-domains", {domain}}}, now, false);
        text += one.substr(0, one.rfind("\n\n") + 2);
    }
    return text;
}

TEST_CASE("each state as an administrator reads it") {
    CHECK(each_in_full(every_state()) == R"(valid.org
    other names:   www.valid.org, mail.valid.org
    state:         valid
    valid until:   2026-08-29 12:00:00 UTC, in 89 days
    certificate:   RSA 2048, issued by CN=Test CA
    next:          renewal on 2026-07-30 19:12:00 UTC, in 59 days: 33% of the lifetime (90 days) is left then
    notification:  done

first.org
    state:         missing
    next:          first certificate now: no certificate is held

failing.org
    state:         failing: renewal fails
    valid until:   2026-06-21 12:00:00 UTC, in 20 days
    certificate:   RSA 2048, issued by CN=Test CA
    next:          another attempt on 2026-06-01 13:35:00 UTC, in 1 hour 35 minutes: 3 attempts have failed; no more than 33% of the lifetime (90 days) is left
    last problem:  5 minutes ago, at the stage challenge: a.org: no such host
    what to do:    The CA could not look the name up. Check its A and AAAA records as the Internet sees them: one has to lead to this machine. `mdcertd check --online failing.org` shows what can be seen of it from here.

expired.org
    state:         expired
    expired:       2026-05-30 12:00:00 UTC, 2 days ago
    certificate:   RSA 2048, issued by CN=Test CA
    next:          renewal now: no more than 33% of the lifetime (90 days) is left

two.org
    state:         incomplete: the p-256 certificate is missing
    certificate:   RSA 2048, issued by CN=Test CA
    next:          renewal now: the p-256 certificate is missing

unused.org
    state:         not managed: no virtual host has one of its names; MDDriveMode always drives it all the same
    next:          nothing

)");
}

TEST_CASE("a notification that fails or waits is told") {
    Server server;
    server.desired.server.notify_command = {"/bin/reload"};
    server.add({"a.org"});
    server.hold("a.org", now - 24h, 90 * 24h);
    auto& told = server.installed("a.org");
    CHECK_THAT(server.text(), Catch::Contains("    notification:  pending\n"));
    told.notification.errors = 2;
    told.notification.next = now + 40s;
    told.notification.reason = "exit status 3";
    CHECK_THAT(server.text(),
               Catch::Contains("    notification:  MDNotifyCmd failed 2 times: exit status 3; it "
                               "is run again in 40 seconds\n"));
}

TEST_CASE("what is served instead is a warning, and what is confirmed is told") {
    Server server;
    server.desired.server.notify_command = {"/bin/reload"};
    server.add({"a.org"}).settings.edit().served_at = {{"a.org", 443}, {"2001:db8::1", 993}};
    server.hold("a.org", now - 24h, 90 * 24h);
    auto& told = server.installed("a.org");
    CHECK_THAT(server.text(), Catch::Contains("served:        not looked at before"));
    told.notification.owed = false;
    CHECK_THAT(server.text(), Catch::Contains("to be confirmed at a.org:443, [2001:db8::1]:993\n"));
    told.served.edit().confirmed = true;
    told.served.edit().last = now - 2min;
    CHECK_THAT(server.text(), Catch::Contains("confirmed at a.org:443, [2001:db8::1]:993, 2 min"));
    told.served =
        model::Served{false, true, 4, "a.org:443 shows another certificate", now, now + 1h};
    CHECK_THAT(server.text(),
               Catch::Contains("warning: NOT served: a.org:443 shows another certificate\n") &&
                   Catch::Contains("read its certificates again"));
}

TEST_CASE("several certificates share a line, the first end counts") {
    Server server;
    server.add({"a.org"}).settings.edit().keys.push_back(model::KeySpec::ec("p-256"));
    server.hold("a.org", now - 24h, 90 * 24h);
    server.hold("a.org", now - 24h, 50 * 24h, model::KeySpec::ec("p-256"));
    CHECK_THAT(server.text(),
               Catch::Contains("valid until:   2026-07-20 12:00:00 UTC, in 49 days"));
    CHECK_THAT(server.text(),
               Catch::Contains("P-256, issued by CN=Test CA; RSA 2048, issued by CN=Test CA"));
}

TEST_CASE("what concerns the whole stands at the end") {
    Server server;
    server.add({"a.org"});
    auto status = server.json({"a.org", "b.org"});
    status["daemon"] = "not running";
    status["reload-problem"] = "a.conf:7: no such directive";
    const std::string text = status_text(status, now, false);
    CHECK_THAT(text, Catch::EndsWith("b.org\n"
                                     "    state:         unknown: no managed domain has this name\n"
                                     "\n"
                                     "1 managed domain: 1 missing.\n"
                                     "The daemon is not running.\n"
                                     "The configuration on disk was not loaded, the former one is "
                                     "in force: a.conf:7: no such directive\n"));
}

TEST_CASE("no managed domain at all is a sentence too") {
    CHECK(Server().text() == "0 managed domains.\n");
}

TEST_CASE("colour is added where it is asked for, and nowhere else") {
    auto status = every_state().json();
    CHECK(status_text(status, now, false).find('\x1b') == std::string::npos);
    std::string coloured = status_text(status, now, true);
    CHECK_THAT(coloured, Catch::Contains("\x1b[32mvalid") && Catch::Contains("\x1b[31mexpired"));
    coloured = status_text(every_state().json({"valid.org"}), now, true);
    CHECK_THAT(coloured, Catch::Contains("\x1b[1mvalid.org\x1b[0m\n") &&
                             Catch::Contains("\x1b[32mvalid\x1b[0m\n"));
}

TEST_CASE("no text of a stranger reaches the terminal with control characters") {
    std::mt19937 random(11);
    auto noise = [&] {
        std::string text;
        for (int i = 0; i < 40; ++i)
            text += static_cast<char>(random() % 256);
        return text;
    };
    for (int round = 0; round < 200; ++round) {
        Server server;
        server.desired.server.notify_command = {"/bin/reload"};
        server.add({"a.org"});
        server.hold("a.org", now - 70 * 24h, 90 * 24h).issuer = noise();
        server.fail("a.org", 1, {noise(), noise(), noise(), {}, now}, now + 1h);
        auto& told = server.installed("a.org");
        told.notification.errors = 1;
        told.notification.reason = noise();
        server.add({"b.org"});
        server.observed.domains["b.org"].damage = noise();
        auto status = server.json();
        // A daemon of another make may send them unmasked; JSON itself is always UTF-8.
        status["daemon"] = "x\x1b[2J\x07\xc2\x9b";
        status["managed-domains"][0]["state"] = "\r\x1b]0;title\x07";
        std::string text = status_text(status, now, false);
        // Nor do they forge a line: a line each, and what is said of the whole.
        REQUIRE(std::count(text.begin(), text.end(), '\n') == 7);
        for (auto& domain : status["managed-domains"])
            domain["members"] = nlohmann::json::array();
        text += status_text(status, now, false);
        for (std::size_t i = 0; i < text.size(); ++i) {
            auto octet = static_cast<unsigned char>(text[i]);
            REQUIRE((octet >= 0x20 || octet == '\n'));
            REQUIRE(octet != 0x7f);
            REQUIRE_FALSE((octet == 0xc2 && static_cast<unsigned char>(text[i + 1]) < 0xa0));
        }
        // Two MDs of at most 11 lines, and the end.
        REQUIRE(std::count(text.begin(), text.end(), '\n') <= 7 + 26);
    }
}

TEST_CASE("a status of another shape is read without harm") {
    for (const char* odd :
         {"{}", "[]", "null", "\"text\"", "7", R"({"managed-domains":7})",
          R"({"managed-domains":[7,null,"x",[]]})",
          R"({"managed-domains":[{"name":7,"domains":"x","state":[],"cert":[],"next-action":1,
              "last-problem":"x","notification":[]}],"unknown-names":{"a":1},"daemon":7})",
          R"({"managed-domains":[{"cert":{"valid":7,"rsa":8},"notification":{"state":"failed",
              "errors":-1,"next":"never"},"next-action":{"at":"yesterday"}}]})"})
        CHECK_NOTHROW(status_text(nlohmann::json::parse(odd), now, true));
}

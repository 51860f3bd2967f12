// SPDX-License-Identifier: Apache-2.0
#include "model/settings.hpp"

#include "model/managed_domain.hpp"
#include "support/catch.hpp"

#include <string>
#include <vector>

using namespace md::model;
using namespace std::chrono_literals;
using std::chrono::seconds;

TEST_CASE("a window as it is written and how long it is") {
    struct Row {
        Window window;
        seconds lifetime, of;
        const char* text;
    };
    for (const Row& row : std::vector<Row>{
             {Window::percent(33), 90 * 24h, 2566080s, "33%"},
             {Window::percent(0), 90 * 24h, 0s, "0%"},
             {Window::percent(99), 100s, 99s, "99%"},
             {Window::percent(33), 1s, 0s, "33%"},
             {Window::percent(33), 36500 * 24h, seconds{36500LL * 86400 * 33 / 100}, "33%"},
             {Window::duration(14 * 24h), 90 * 24h, 14 * 24h, "14d"},
             {Window::duration(12h), 1h, 12h, "12h"},
             {Window::duration(30min), 1h, 30min, "30mi"},
             {Window::duration(30s), 1h, 30s, "30s"},
             {Window::duration(90s), 1h, 90s, "90s"},
             {Window::duration(25h), 1h, 25h, "25h"}}) {
        CAPTURE(row.text);
        CHECK(row.window.of(row.lifetime) == row.of);
        CHECK(row.window.text() == row.text);
    }
    CHECK(Settings().renew_window == Window::percent(33));
}

TEST_CASE("challenge types have the wire's names, both ways") {
    for (auto type : {ChallengeType::http_01, ChallengeType::tls_alpn_01, ChallengeType::dns_01})
        CHECK(challenge_type_named(wire_name(type)) == type);
    CHECK(wire_name(ChallengeType::tls_alpn_01) == "tls-alpn-01");
    for (const char* word : {"", "HTTP-01", "tls-sni-01", "http-01 ", "dns-persist-01"})
        CHECK_FALSE(challenge_type_named(word));
}

TEST_CASE("drive modes have the configuration's words") {
    CHECK(word(DriveMode::automatic) == "auto");
    CHECK(word(DriveMode::always) == "always");
    CHECK(word(DriveMode::manual) == "manual");
}

TEST_CASE("who is driven: auto those used, always all, manual none") {
    struct Row {
        DriveMode mode;
        bool used, driven;
    };
    for (const Row& row : std::vector<Row>{{DriveMode::automatic, true, true},
                                           {DriveMode::automatic, false, false},
                                           {DriveMode::always, true, true},
                                           {DriveMode::always, false, true},
                                           {DriveMode::manual, true, false},
                                           {DriveMode::manual, false, false}}) {
        ManagedDomain domain;
        domain.settings.edit().drive_mode = row.mode;
        domain.used = row.used;
        CHECK(domain.driven() == row.driven);
    }
}

TEST_CASE("an MD is called by its first name and covers what any of its names covers") {
    ManagedDomain domain;
    for (const char* text : {"a.org", "*.b.org"})
        domain.members.push_back({Identifier::parse(text).value(), {"x.conf", 7}});
    CHECK(domain.name() == "a.org");
    CHECK(domain.covers(Identifier::parse("a.org").value()));
    CHECK(domain.covers(Identifier::parse("www.b.org").value()));
    CHECK_FALSE(domain.covers(Identifier::parse("b.org").value()));
    CHECK_FALSE(domain.covers(Identifier::parse("www.a.org").value()));
    CHECK(domain.members[0].origin.text() == "x.conf:7");
}

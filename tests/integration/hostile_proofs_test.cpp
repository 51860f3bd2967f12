// SPDX-License-Identifier: Apache-2.0
// What a CA may do wrong when it says what is to be proved, and how.
#include "hostile_site.hpp"
#include "plays.hpp"
#include "support/catch.hpp"

using namespace md::test;

namespace {

// In every challenge of the authorization.
Play each_challenge(const std::string& member, const json& value) {
    return edits([=](json& authorization) {
        for (json& challenge : authorization["challenges"])
            challenge[member] = value;
    });
}

Play failed_with(const json& error) {
    return edits([=](json& authorization) {
        authorization["status"] = "invalid";
        authorization["challenges"][0]["error"] = error;
    });
}

const json strange_challenges = {{{"type", "telepathy-01"}, {"token", "../"}, {"url", 7}},
                                 {{"type", "dns-account-01"}, {"status", "odd"}},
                                 {{"type", nullptr}},
                                 json::object()};

std::vector<Row> authorizations() {
    const auto at = Resource::authorization;
    return {
        {"deactivated", at, sets("status", "deactivated"), budget("deactivated")},
        {"expired", at, sets("status", "expired"), budget("expired")},
        {"revoked", at, sets("status", "revoked"), budget("revoked")},
        {"invalid", at, sets("status", "invalid"), budget("invalid")},
        {"an unknown status", at, sets("status", "excellent"), passing("unknown status")},
        {"a failure of 100 kB with control characters", at,
         failed_with({{"type", "urn:ietf:params:acme:error:dns"},
                      {"detail", "\r\n\x1b[2J" + std::string(100'000, 'x')}}),
         budget("dns")},
        {"a failure that is a text", at, failed_with("no"), budget("invalid")},
        {"for another name", at, sets("identifier", {{"type", "dns"}, {"value", "evil.test"}}),
         budget("was not validated")},
        {"for a path", at, sets("identifier", {{"type", "dns"}, {"value", "../../etc/passwd"}}),
         passing("no domain name")},
        {"for nothing", at, sets("identifier", nullptr), passing("no domain name")},
        {"gone", at, refused(404, "malformed"), budget("malformed")},
        {"no challenges", at, edits([](json& one) { one.erase("challenges"); }),
         passing("challenges")},
        {"challenges that are a text", at, sets("challenges", "http-01"), passing("challenges")},
        {"challenges that are numbers", at, sets("challenges", {1, 2}), passing("no object")},
        {"an empty list of challenges", at, sets("challenges", json::array()),
         budget("no challenge can be answered")},
        {"unknown types of challenges alone", at, sets("challenges", strange_challenges),
         budget("does not offer")},
        {"unknown types of challenges beside known ones", at, edits([](json& one) {
             for (const json& strange : strange_challenges)
                 one["challenges"].insert(one["challenges"].begin(), strange);
         }),
         recovered()},
        {"ten thousand challenges", at, edits([](json& one) {
             one["challenges"] = json::array_t(10'000, json{{"type", "x"}});
         }),
         passing("challenges")},
        {"nested without end", at, says(nested(100'000)), passing("not a JSON object")},
    };
}

std::vector<Row> challenges() {
    const auto at = Resource::authorization;
    return {
        {"a token that climbs", at, each_challenge("token", "../../../../../../etc/passwd"),
         passing("token")},
        {"a token with a line break", at,
         each_challenge("token", "abcdefghijklmnopqrstuv\r\nX-Evil: 1"), passing("token")},
        {"a token of 10 kB", at, each_challenge("token", std::string(10'240, 't')),
         passing("token")},
        {"a token with NUL", at, each_challenge("token", std::string(30, '\0')), passing("token")},
        {"a token that is short", at, each_challenge("token", "abc"), passing("token")},
        {"a token that is a number", at, each_challenge("token", 7),
         budget("no challenge can be answered")},
        {"a token that is not the CA's own", at, each_challenge("token", std::string(43, 'x')),
         budget("was not validated")},
        {"a URL without TLS", at, each_challenge("url", "http://localhost/c"),
         passing("is not an https URL")},
        {"a URL of another scheme", at, each_challenge("url", "ldap://localhost/c"),
         budget("no challenge can be answered")},
        {"a URL at another host", at, each_challenge("url", "https://127.0.0.1:1/c"),
         passing("127.0.0.1:1/c")},
        {"a URL with a line break", at, each_challenge("url", "https://localhost/\r\nX: y"),
         budget("no challenge can be answered")},
        {"an unknown status", at, each_challenge("status", "odd"), passing("unknown status")},
        {"no status", at, each_challenge("status", nullptr), recovered()},
        {"URLs that are relative", at, edits([](json& one) {
             for (json& challenge : one["challenges"]) {
                 const std::string url = challenge["url"].get<std::string>();
                 challenge["url"] = url.substr(url.find('/', url.find("//") + 2));
             }
         }),
         recovered()},
        {"started, and no answer to that", Resource::challenge, travels(Delivery::unanswered),
         recovered(), 1},
        {"started, and refused all the same",
         Resource::challenge,
         {.change = [](Reply& answer) { answer = problem_reply(400, "malformed"); }},
         recovered()},
        {"not to be started: a defect", Resource::challenge, refused(500, "serverInternal"),
         passing("serverInternal")},
        {"not to be started: gone", Resource::challenge, refused(404, "malformed"),
         budget("malformed")},
        {"started, with an answer in HTML", Resource::challenge, says("<html>"), recovered()},
    };
}

}  // namespace

TEST_CASE("an authorization that is dead or none is told by its class: a sample", "[slow]") {
    try_rows(authorizations(), 2);
}

TEST_CASE("an authorization that is dead or none is told by its class: all of them", "[long]") {
    try_rows(authorizations(), 1);
}

TEST_CASE("no token or URL of a challenge leads anywhere it should not: a sample", "[slow]") {
    try_rows(challenges(), 2);
}

TEST_CASE("no token or URL of a challenge leads anywhere it should not: all of them", "[long]") {
    try_rows(challenges(), 1);
}

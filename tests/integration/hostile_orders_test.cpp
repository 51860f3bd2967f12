// SPDX-License-Identifier: Apache-2.0
// What a CA may do wrong when it is asked for an order and its progress, and what comes of it.
#include "base/time_text.hpp"
#include "hostile_site.hpp"
#include "plays.hpp"
#include "support/catch.hpp"

using namespace md::test;
using namespace std::chrono_literals;

namespace {

std::string in_two_hours() {
    return md::base::http_date(
        std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) + 2h);
}

Expected come_again_in_two_hours(const Expected& expected) {
    return expected.after(2h - 5min, 150min + 2s);
}

Play location(const std::string& url) {
    return header("Location", url);
}

std::vector<Row> refusals() {
    const auto at = Resource::new_order;
    return {
        {"a bad nonce, nine times in a row", at, refused(400, "badNonce"), recovered(), 9},
        {"bad nonces for ever", at, refused(400, "badNonce"), passing("badNonce")},
        {"rationed, without a time", at, refused(429, "rateLimited"), budget("rateLimited")},
        {"unavailable, with words", at, out_of_order(503, "soon"), passing("503")},
        {"unavailable, without a time", at, out_of_order(503), passing("503")},
        {"a defect", at, refused(500, "serverInternal"), passing("serverInternal")},
        {"a bad gateway", at, out_of_order(502), passing("502")},
        {"too many requests, in HTML", at, out_of_order(429), passing("429")},
        {"forbidden, in HTML", at, out_of_order(403), budget("403")},
        {"a redirect", at, instead(reply(301, "text/html", "")), passing("301")},
        {"a mistake of ours", at, refused(400, "malformed"), permanent("malformed")},
        {"a name it will never certify", at, refused(403, "rejectedIdentifier"),
         permanent("rejectedIdentifier")},
        {"something for a person to do", at, refused(403, "userActionRequired"),
         permanent("userActionRequired")},
        {"not authorized", at, refused(403, "unauthorized"), budget("unauthorized")},
        {"CAA", at, refused(403, "caa"), budget("caa")},
        {"an unknown type of problem", at, refused(400, "novelty"), budget("novelty")},
        {"a problem too long to read", at, refused(400, "caa" + std::string(50'000, 'a')),
         budget("caaa")},
        {"a problem with control characters", at, refused(400, R"(x\r\n\u001b[31m\u0000y)"),
         budget("x??")},
        {"the account is unknown, once", at, refused(400, "accountDoesNotExist"), recovered(), 1},
        {"the account is unknown for ever", at, refused(400, "accountDoesNotExist"),
         budget("accountDoesNotExist")},
    };
}

// Each asks for quiet from all that is wanted of this CA.
std::vector<Row> waits() {
    const auto at = Resource::new_order;
    return {
        {"rationed, with seconds", at, refused(429, "rateLimited", "7200"),
         come_again_in_two_hours(budget("rateLimited"))},
        {"rationed, with a date", at, refused(429, "rateLimited", in_two_hours()),
         come_again_in_two_hours(budget("rateLimited"))},
        {"unavailable, with seconds", at, out_of_order(503, "7200"),
         come_again_in_two_hours(passing("503"))},
        {"unavailable, with a date", at, out_of_order(503, in_two_hours()),
         come_again_in_two_hours(passing("503"))},
        {"unavailable for ten years", at, out_of_order(503, "315360000"),
         passing("503").after(7 * 24h, 7 * 24h + 1h + 2s)},
    };
}

// Nobody can follow such an order.
std::vector<Row> places() {
    const auto at = Resource::new_order;
    const Expected no_url = passing("is not an https URL");
    return {
        {"no Location", at, without_header("Location"), passing("no Location")},
        {"a Location without TLS", at, location("http://localhost/order/1"), no_url},
        {"a Location of another scheme", at, location("ftp://localhost/order/1"), no_url},
        {"a Location that is a script", at, location("javascript:alert(1)"), no_url},
        {"a Location that is a file", at, location("file:///etc/passwd"), no_url},
        {"a Location that is relative, and leads nowhere", at, location("/my-order/1"),
         budget("404")},
        {"a Location with a password", at, location("https://a:b@localhost/order/1"), no_url},
        {"a Location of 10 kB", at, location("https://localhost/" + std::string(10'000, 'o')),
         no_url},
        {"a Location at another host", at, location("https://127.0.0.1:1/order/1"),
         passing("127.0.0.1:1/order/1")},
        {"an authorization at another host", at, sets("authorizations", {"https://127.0.0.1:1/a"}),
         passing("127.0.0.1:1/a")},
    };
}

struct Body {
    std::string name;
    Play play;
    std::string mistake;
};

// No orders, and orders of others.
std::vector<Body> bodies() {
    return {
        {"other names", sets("identifiers", {{{"type", "dns"}, {"value", "evil.test"}}}),
         "for other names"},
        {"a status that is a number", sets("status", 7), "unknown status"},
        {"an unknown status", sets("status", "excellent"), "unknown status"},
        {"no status", edits([](json& order) { order.erase("status"); }), "unknown status"},
        {"names that are a text", sets("identifiers", "row.test"), "identifiers"},
        {"authorizations that are an object", sets("authorizations", json::object()),
         "authorizations"},
        {"authorizations that are numbers", sets("authorizations", {1, 2}), "is not an https URL"},
        {"a thousand and one authorizations", edits([](json& order) {
             order["authorizations"] = json::array_t(1001, order["authorizations"][0]);
         }),
         "authorizations"},
        {"authorizations of null", sets("authorizations", {nullptr}), "is not an https URL"},
        {"an authorization without TLS", sets("authorizations", {"http://localhost/a"}),
         "is not an https URL"},
        {"a list", says("[1,2,3]"), "not a JSON object"},
        {"a list in a list in a list ...", says(nested(100'000)), "not a JSON object"},
        {"nothing", says(""), "not a JSON object"},
    };
}

// In the answer to new-order they cost nothing: the order is found at its Location. There, they do.
std::vector<Row> orders() {
    std::vector<Row> rows;
    for (const Body& body : bodies())
        rows.push_back({body.name + ", at first", Resource::new_order, body.play, recovered()});
    for (const Body& body : bodies())
        if (body.name != "other names")  // they are looked at once
            rows.push_back({body.name, Resource::order, body.play, passing(body.mistake)});
    rows.push_back({"200 kB of members nobody knows", Resource::new_order, edits([](json& order) {
                        for (int i = 0; i < 5000; ++i)
                            order["member-" + std::to_string(i)] = {i, "and so on", nullptr, 1e300};
                    }),
                    recovered()});
    return rows;
}

std::string path_of(const json& url) {
    const std::string text = url.get<std::string>();
    return text.substr(text.find('/', text.find("//") + 2));
}

Play if_status(const std::string& status, const json& authorizations) {
    return edits([=](json& order) {
        if (order["status"] == status)
            order["authorizations"] = authorizations;
    });
}

std::vector<Row> progress() {
    const auto if_valid = [](const std::string& member, const json& value) {
        return edits([=](json& order) {
            if (order["status"] == "valid")
                order[member] = value;
        });
    };
    return {
        {"invalid at once", Resource::new_order, sets("status", "invalid"),
         budget("gives no reason")},
        {"ready at once, which it is not", Resource::new_order, sets("status", "ready"),
         recovered()},
        {"valid at once, without a certificate", Resource::new_order, sets("status", "valid"),
         passing("no certificate URL")},
        {"processing at once", Resource::new_order, sets("status", "processing"), recovered()},
        {"back to pending", Resource::order, sets("status", "pending"), recovered(), 1},
        {"back to pending after finalize", Resource::finalize, sets("status", "pending"),
         recovered(), 1},
        {"still ready after finalize", Resource::finalize, sets("status", "ready"), recovered(), 1},
        {"invalid after finalize", Resource::finalize, sets("status", "invalid"),
         budget("gives no reason")},
        {"the order is gone", Resource::order, refused(404, "malformed"), budget("malformed")},
        {"a finalize URL that was told at first alone", Resource::order,
         edits([](json& order) { order.erase("finalize"); }), recovered()},
        {"no authorizations once they are valid", Resource::order, if_status("ready", nullptr),
         recovered()},
        {"no names, as null", Resource::order, sets("identifiers", nullptr), recovered()},
        {"names in capitals, with a dot", Resource::order, edits([](json& order) {
             for (json& one : order["identifiers"])
                 one["value"] = "R" + one["value"].get<std::string>().substr(1) + ".";
         }),
         recovered()},
        {"a certificate that is null as long as there is none", Resource::order,
         edits([](json& order) {
             if (!order.contains("certificate"))
                 order["certificate"] = nullptr;
         }),
         recovered()},
        {"a certificate URL that is relative", Resource::order, edits([](json& order) {
             if (order.contains("certificate"))
                 order["certificate"] = path_of(order["certificate"]);
         }),
         recovered()},
        {"a finalize URL that is relative", Resource::order,
         edits([](json& order) { order["finalize"] = path_of(order["finalize"]); }), recovered()},
        {"a finalize URL of another scheme", Resource::order, sets("finalize", "gopher://x/"),
         passing("is not an https URL")},
        {"a finalize URL at another host", Resource::order,
         sets("finalize", "https://127.0.0.1:1/f"), passing("127.0.0.1:1/f")},
        {"a certificate URL of another scheme", Resource::order, if_valid("certificate", "data:,x"),
         passing("is not an https URL")},
        {"a certificate URL at another host", Resource::order,
         if_valid("certificate", "https://127.0.0.1:1/c"), passing("127.0.0.1:1/c")},
        {"the order was not ready", Resource::finalize, refused(403, "orderNotReady"), recovered(),
         1},
        {"the CSR is disliked", Resource::finalize, refused(400, "badCSR"), permanent("badCSR")},
        {"a defect while finalizing", Resource::finalize, refused(500, "serverInternal"),
         passing("serverInternal")},
    };
}

}  // namespace

TEST_CASE("whatever a CA refuses is recorded by its class, and comes right when it does: a sample",
          "[slow]") {
    try_rows(refusals(), 2);
}

TEST_CASE("whatever a CA refuses is recorded by its class, and comes right when it does: all of it",
          "[long]") {
    try_rows(refusals(), 1);
}

TEST_CASE("a CA that says when to come again is asked then, in seconds or as a date") {
    HostileCa bench;
    for (const Row& row : waits())
        bench.try_without_account(row);
    bench.count();
}

TEST_CASE("an order that leads astray is not followed, and the next one is", "[slow]") {
    try_rows(places(), 1);
}

TEST_CASE("an order that is none is looked for at its Location: a sample", "[slow]") {
    try_rows(orders(), 2);
}

TEST_CASE("an order that is none is looked for at its Location: all of them", "[long]") {
    try_rows(orders(), 1);
}

TEST_CASE("an order whose answer is broken is kept, and the next attempt goes on with it") {
    HostileCa bench;
    Site site(bench.ca);
    site.server_part =
        replaced(site.server_part, bench.ca.directory_url(), bench.shim.directory_url());
    site.configure("MDRetryDelay 1h\nMDPrivateKeys P-256\nManagedDomain one.test\n");
    bench.shim.play(Resource::new_order, says("<html>200</html>"));
    bench.shim.play(Resource::order, out_of_order(503));
    CHECK(site.mdcertd({"once"}).status == 1);
    check_failure(site, "one.test", passing("503"));
    bench.shim.honest();
    const auto outcome = site.mdcertd({"renew", "one.test"});
    INFO(outcome.errors);
    CHECK(outcome.status == 0);
    CHECK(site.verify("one.test", "one.test", ".p-256") == "");
    CHECK(bench.shim.requests(Resource::new_order) == 1);
    CHECK(bench.ca.orders() == 1);
    bench.count();
}

TEST_CASE("an order whose answer is lost is not placed again in silence") {
    HostileCa bench;
    Site site(bench.ca);
    site.server_part =
        replaced(site.server_part, bench.ca.directory_url(), bench.shim.directory_url());
    site.configure("MDRetryDelay 1h\nMDPrivateKeys P-256\nManagedDomain one.test\n");
    bench.shim.play(Resource::new_order, travels(Delivery::unanswered), 1);
    CHECK(site.mdcertd({"once"}).status == 1);
    check_failure(site, "one.test", passing("without an answer"));
    CHECK(bench.shim.requests(Resource::new_order) == 1);
    CHECK(bench.ca.orders() == 1);
    bench.count();
}

TEST_CASE("an answer that stays unreadable costs one order, however often it is asked for") {
    HostileCa bench;
    Site site(bench.ca);
    site.server_part =
        replaced(site.server_part, bench.ca.directory_url(), bench.shim.directory_url());
    site.configure("MDRetryDelay 1h\nMDPrivateKeys P-256\nManagedDomain one.test\n");
    bench.shim.play(Resource::order, edits([](json& order) {
                        if (order.contains("certificate"))
                            order["certificate"] = "data:,x";
                    }));
    for (int attempt = 0; attempt < 5; ++attempt)
        CHECK(site.mdcertd({"renew", "one.test"}).status == 1);
    CHECK(site.status_of("one.test")["last-problem"]["cause"] == "answer-not-understood");
    CHECK(bench.ca.orders() == 1);
    bench.shim.honest();
    CHECK(site.mdcertd({"renew", "one.test"}).status == 0);
    CHECK(site.verify("one.test", "one.test", ".p-256") == "");
    CHECK(bench.ca.orders() == 1);
    bench.count();
}

TEST_CASE("an order that goes backwards, nowhere or away ends in a certificate: a sample",
          "[slow]") {
    try_rows(progress(), 2);
}

TEST_CASE("an order that goes backwards, nowhere or away ends in a certificate: all of them",
          "[long]") {
    try_rows(progress(), 1);
}

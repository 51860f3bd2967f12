// SPDX-License-Identifier: Apache-2.0
// Every rule of DESIGN §8 as rows: what is asked, what is answered.
#include "responder/answer.hpp"

#include "base/receipt.hpp"
#include "support/catch.hpp"

#include <optional>
#include <string>
#include <vector>

using namespace md::responder;
using namespace std::string_literals;
using md::model::RequireHttps;
using md::server::refusal;
using md::server::Response;

namespace {

struct World {
    md::challenge::ChallengeBoard board;
    Sites sites;

    World() {
        board.publish_http("Tok_en-1", {"Tok_en-1.thumb", std::make_shared<md::base::Receipt>()});
        sites.add("new.example", {false, RequireHttps::off});
        sites.add("newperm.example", {false, RequireHttps::permanent});
        sites.add("off.example", {true, RequireHttps::off});
        sites.add("temp.example", {true, RequireHttps::temporary});
        sites.add("perm.example", {true, RequireHttps::permanent});
        sites.add("*.wild.example", {true, RequireHttps::temporary});
        sites.add("own.wild.example", {true, RequireHttps::off});
    }

    Response ask(std::string_view method, std::string_view target, std::string_view host,
                 bool over_tls = false) const {
        return answer({over_tls, method, target, host}, board, sites);
    }
};

std::optional<std::string> header(const Response& answer, std::string_view name) {
    for (const auto& [field, value] : answer.headers)
        if (field == name)
            return value;
    return std::nullopt;
}

const std::string challenge = "/.well-known/acme-challenge/Tok_en-1";

}  // namespace

TEST_CASE("a known token is answered with its key authorization, whatever the Host") {
    World world;
    auto host =
        GENERATE(values<std::string>({"", "new.example", "perm.example", "stranger.example:80",
                                      "[::1]:80", "192.0.2.1", "PERM.EXAMPLE.", "x.wild.example"}));
    auto over_tls = GENERATE(false, true);
    CAPTURE(host, over_tls);
    Response got = world.ask("GET", challenge, host, over_tls);
    CHECK(got.status == 200);
    CHECK(got.body == "Tok_en-1.thumb");
    CHECK(got.content_type == "application/octet-stream");
    CHECK(got.headers.empty());
    CHECK(got.receipt);
}

TEST_CASE("a token is found in an absolute-form target and beside a query") {
    World world;
    CHECK(world.ask("GET", "http://a.example" + challenge, "b.example").status == 200);
    CHECK(world.ask("GET", challenge + "?x=y", "b.example").status == 200);
    CHECK(world.ask("HEAD", challenge, "b.example").receipt);
}

TEST_CASE("a token is only read") {
    World world;
    auto method =
        GENERATE(values<std::string>({"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get", "X"}));
    CAPTURE(method);
    Response got = world.ask(method, challenge, "a.example");
    CHECK(got.status == 405);
    CHECK(header(got, "Allow") == "GET, HEAD");
    CHECK_FALSE(got.receipt);
    CHECK(got.body.find("thumb") == std::string_view::npos);
}

TEST_CASE("everything near a token that is not the token is not found") {
    World world;
    auto target = GENERATE(values<std::string>({
        "/.well-known/acme-challenge/",
        "/.well-known/acme-challenge/Tok_en-2",
        "/.well-known/acme-challenge/tok_en-1",
        "/.well-known/acme-challenge/Tok_en-1/",
        "/.well-known/acme-challenge/Tok_en-1%00",
        "/.well-known/acme-challenge/Tok_en%2D1",
        "/.well-known/acme-challenge//Tok_en-1",
        "/.well-known/acme-challenge/./Tok_en-1",
        "/.well-known/acme-challenge/../acme-challenge/Tok_en-1",
        "/.well-known/acme-challenge/%2e%2e/acme-challenge/Tok_en-1",
        "/.well-known/acme-challenge/..%2f..%2fetc%2fpasswd",
        "/.well-known/acme-challenge/Tok_en-1.thumb",
        "/.well-known/acme-challenge/Tok_en-1;x",
        "/.well-known/acme-challenge",
        "/.WELL-KNOWN/acme-challenge/Tok_en-1",
        "//.well-known/acme-challenge/Tok_en-1",
    }));
    CAPTURE(target);
    for (std::string host : {"", "a.example", "off.example"}) {
        Response got = world.ask("GET", target, host);
        CHECK(got.status == 404);
        CHECK_FALSE(got.receipt);
    }
}

TEST_CASE("a token that cannot be one is not even looked up") {
    World world;
    std::string longest(256, 'a'), longer(257, 'a'), odd = "a b";
    world.board.publish_http(longest, {"longest", {}});
    world.board.publish_http(longer, {"longer", {}});
    CHECK(world.ask("GET", "/.well-known/acme-challenge/" + longest, "a.example").status == 200);
    CHECK(world.ask("GET", "/.well-known/acme-challenge/" + longer, "a.example").status == 404);
    CHECK(world.ask("GET", "/.well-known/acme-challenge/" + std::string(100000, 'a'), "").status ==
          404);
}

TEST_CASE(
    "a managed name without a certificate is 503 on both ports, and says when to come again") {
    World world;
    auto host =
        GENERATE(values<std::string>({"new.example", "NEW.example.:80", "newperm.example"}));
    auto over_tls = GENERATE(false, true);
    auto target = GENERATE(values<std::string>({"/", "/x?y", "/.well-known/other"}));
    auto method = GENERATE(values<std::string>({"GET", "HEAD", "POST"}));
    CAPTURE(host, over_tls, target, method);
    Response got = world.ask(method, target, host, over_tls);
    CHECK(got.status == 503);
    CHECK(header(got, "Retry-After") == "10");
    CHECK_FALSE(header(got, "Strict-Transport-Security"));
    CHECK_FALSE(header(got, "Location"));
}

TEST_CASE("an unknown token of a managed name without a certificate is not found, not 503") {
    World world;
    CHECK(world.ask("GET", "/.well-known/acme-challenge/unknown", "new.example").status == 404);
}

TEST_CASE("MDRequireHttps redirects by mode and method") {
    World world;
    struct Row {
        std::string method, host;
        unsigned status;
    };
    auto row = GENERATE(values<Row>({
        {"GET", "temp.example", 302},
        {"HEAD", "temp.example", 302},
        {"POST", "temp.example", 307},
        {"PUT", "temp.example", 307},
        {"get", "temp.example", 307},
        {"GET", "perm.example", 301},
        {"HEAD", "perm.example", 301},
        {"POST", "perm.example", 308},
        {"OPTIONS", "perm.example", 308},
        {"GET", "off.example", 404},
        {"POST", "off.example", 404},
    }));
    CAPTURE(row.method, row.host);
    Response got = world.ask(row.method, "/p?q=1", row.host);
    CHECK(got.status == row.status);
    CHECK(header(got, "Location") ==
          (row.status == 404 ? std::nullopt : std::optional("https://" + row.host + "/p?q=1")));
    CHECK_FALSE(header(got, "Strict-Transport-Security"));
}

TEST_CASE("a Location is https, the managed name, port 443 and the target, whatever was sent") {
    World world;
    struct Row {
        std::string host, target, location;
    };
    auto row = GENERATE(values<Row>({
        {"TEMP.Example", "/", "https://temp.example/"},
        {"temp.example.", "/", "https://temp.example/"},
        {"temp.example:8080", "/a", "https://temp.example/a"},
        {"temp.example", "//evil.example/x", "https://temp.example//evil.example/x"},
        {"temp.example", "/%0d%0aSet-Cookie:x", "https://temp.example/%0d%0aSet-Cookie:x"},
        {"temp.example", "/%2e%2e/x", "https://temp.example/%2e%2e/x"},
        {"temp.example", "/\xc3\xa4?<\">", "https://temp.example/%C3%A4?%3C%22%3E"},
        {"temp.example", "/\\evil.example", "https://temp.example/%5Cevil.example"},
        {"other.example", "http://temp.example:80?q", "https://temp.example/?q"},
        {"a.wild.example", "/x", "https://a.wild.example/x"},
        {"A_B-1.wild.example", "/x", "https://a_b-1.wild.example/x"},
    }));
    CAPTURE(row.host, row.target);
    Response got = world.ask("GET", row.target, row.host);
    CHECK(got.status == 302);
    CHECK(header(got, "Location") == row.location);
}

TEST_CASE("nobody is redirected to a host that is not managed") {
    World world;
    auto host = GENERATE(values<std::string>({
        "",
        "evil.example",
        "temp.example.evil.example",
        "eviltemp.example",
        "wild.example",
        "a.b.wild.example",
        "own.wild.example",
        ".wild.example",
        "%2f.wild.example",
        "evil%2fx.wild.example",
        "a'b.wild.example",
        "[::1]",
        "[a:.wild.example]",
        "192.0.2.1",
        "temp.example..",
    }));
    CAPTURE(host);
    Response got = world.ask("GET", "/", host);
    CHECK(got.status == 404);
    CHECK(got.headers.empty());
    CHECK(world.ask("GET", "http://evil.example/", "temp.example").status == 404);
}

TEST_CASE("/.well-known/ is never redirected and never told of HSTS") {
    World world;
    auto target = GENERATE(values<std::string>({"/.well-known/", "/.well-known/security.txt",
                                                "/.well-known/acme-challenge/unknown",
                                                "/.well-known/acme-challenge/../../x"}));
    auto host = GENERATE(values<std::string>({"temp.example", "perm.example", "a.wild.example"}));
    auto over_tls = GENERATE(false, true);
    CAPTURE(target, host, over_tls);
    Response got = world.ask("GET", target, host, over_tls);
    CHECK(got.status == 404);
    CHECK(got.headers.empty());
}

TEST_CASE("over TLS a permanent name tells browsers to stay, others do not") {
    World world;
    Response permanent = world.ask("GET", "/", "perm.example", true);
    CHECK(permanent.status == 404);
    CHECK(header(permanent, "Strict-Transport-Security") == "max-age=15768000");
    auto host = GENERATE(values<std::string>({"temp.example", "off.example", "evil.example", ""}));
    CAPTURE(host);
    Response other = world.ask("GET", "/", host, true);
    CHECK(other.status == 404);
    CHECK(other.headers.empty());
}

TEST_CASE("what is not understood is 400, even for a managed name or a known token") {
    World world;
    struct Row {
        std::string target, host;
    };
    auto row = GENERATE(values<Row>({
        {"", "temp.example"},
        {"temp.example:443", "temp.example"},
        {"ftp://temp.example/", "temp.example"},
        {"/\r\nX: y", "temp.example"},
        {"/\0"s, "temp.example"},
        {"/a#b", "temp.example"},
        {"/", "temp.example/x"},
        {"/", "user@temp.example"},
        {"/", "temp.example temp.example"},
        {"/", "temp.example,evil.example:x"},
        {"http://user@temp.example/", "temp.example"},
        {"http://temp.example:x/", "temp.example"},
        {challenge, "a b"},
    }));
    CAPTURE(row.target, row.host);
    Response got = world.ask("GET", row.target, row.host);
    CHECK(got.status == 400);
    CHECK(got.headers.empty());
    CHECK_FALSE(got.receipt);
}

TEST_CASE("OPTIONS * and CONNECT lead nowhere") {
    World world;
    CHECK(world.ask("OPTIONS", "*", "temp.example").status == 404);
    CHECK(world.ask("OPTIONS", "*", "perm.example").headers.empty());
    CHECK(world.ask("CONNECT", "temp.example:443", "temp.example").status == 400);
}

TEST_CASE("no answer repeats what was sent, but in a Location") {
    World world;
    for (std::string host : {"evil-marker.example", "new.example", "off.example"}) {
        Response got = world.ask("GET", "/marker?marker", host);
        CHECK(got.body.find("marker") == std::string_view::npos);
        CHECK_FALSE(header(got, "Location"));
    }
}

TEST_CASE("a name of its own stands before the wildcard above it") {
    World world;
    CHECK(world.sites.find("own.wild.example")->require_https == RequireHttps::off);
    CHECK(world.sites.find("x.wild.example")->require_https == RequireHttps::temporary);
    CHECK(world.sites.find("wild.example") == nullptr);
    CHECK(world.sites.find("a.x.wild.example") == nullptr);
    CHECK(world.sites.find("*.wild.example") == nullptr);
    CHECK(world.sites.find(std::string(64, 'a') + ".wild.example") == nullptr);
    CHECK(world.sites.find("") == nullptr);
}

TEST_CASE("every refusal has a text and no headers") {
    for (unsigned status : {400u, 413u, 417u, 431u, 505u}) {
        Response got = refusal(status);
        CHECK(got.status == status);
        CHECK_FALSE(got.body.empty());
        CHECK(got.content_type == "text/plain");
        CHECK(got.headers.empty());
    }
}

TEST_CASE("the health path is answered before anything that depends on the name") {
    const World world;
    auto ask = [&](std::string_view method, std::string_view target, std::string_view host,
                   bool over_tls) {
        return answer({over_tls, method, target, host}, world.board, world.sites, "/up");
    };
    for (bool over_tls : {false, true})
        for (const char* host :
             {"", "perm.example", "new.example", "stranger.example", "192.0.2.1"})
            for (const char* method : {"GET", "HEAD"}) {
                CAPTURE(host, method, over_tls);
                Response got = ask(method, "/up", host, over_tls);
                CHECK(got.status == 200);
                CHECK(header(got, "Cache-Control") == "no-store");
                CHECK_FALSE(got.receipt);
            }
    CHECK(ask("POST", "/up", "", false).status == 405);
    CHECK(header(ask("POST", "/up", "", false), "Allow") == "GET, HEAD");
    CHECK(ask("GET", "/up?from=balancer", "", false).status == 200);
    CHECK(ask("GET", "http://perm.example/up", "", false).status == 200);
    for (const char* other : {"/up/", "/UP", "/upper", "//up", "/%75p", "/u", "/"}) {
        CAPTURE(other);
        CHECK(ask("GET", other, "", false).status == 404);
        CHECK(ask("GET", other, "perm.example", false).status == 301);
    }
    CHECK(ask("GET", "/up", "a b", false).status == 400);
    CHECK(world.ask("GET", "/up", "").status == 404);  // where there is none
}

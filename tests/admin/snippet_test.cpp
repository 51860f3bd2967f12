// SPDX-License-Identifier: Apache-2.0
// What is printed for other servers. That they take it, and what they do with it, is shown with the
// real ones in integration/beside_test.
#include "admin/snippet.hpp"

#include "base/error.hpp"
#include "support/catch.hpp"

using namespace md;
using namespace md::admin;
using model::ChallengeType;
using model::RequireHttps;

namespace {

struct Setup {
    Setup() {
        server.port_map = {5080, std::nullopt};
        for (const char* name : {"a.org", "www.a.org"})
            domain.members.push_back({model::Identifier::parse(name).value(), {"a.conf", 1}});
        site = {&domain,
                {{"/s/a.org/pubcert.pem", "/s/a.org/privkey.pem", ""},
                 {"/s/a.org/pubcert.p-256.pem", "/s/a.org/privkey.p-256.pem", ".p-256"}},
                true};
    }
    Forwarding forwarding(FrontServer front) { return forwarding_for(front, server, {site}); }
    std::string text(FrontServer front) { return snippet(front, forwarding(front), {site}); }
    std::string reason(FrontServer front) {
        try {
            forwarding(front);
        } catch (const base::Error& error) {
            return error.what();
        }
        return "";
    }

    model::ServerSettings server;
    model::ManagedDomain domain;
    FrontedSite site;
};

constexpr FrontServer all[] = {FrontServer::nginx, FrontServer::httpd, FrontServer::haproxy};

}  // namespace

TEST_CASE("each server is told of every certificate, its key, its names, and where mdcertd is") {
    Setup setup;
    for (FrontServer front : all) {
        const std::string text = setup.text(front);
        for (const char* part :
             {"/s/a.org/pubcert.pem", "/s/a.org/privkey.pem", "/s/a.org/pubcert.p-256.pem",
              "/s/a.org/privkey.p-256.pem", "127.0.0.1:5080", "/.well-known/acme-challenge/"})
            CHECK_THAT(text, Catch::Contains(part));
        CHECK_THAT(text, !Catch::Contains("30") && !Catch::Contains("Strict-Transport"));
    }
    CHECK_THAT(setup.text(FrontServer::nginx), Catch::Contains("server_name a.org www.a.org;"));
    CHECK_THAT(setup.text(FrontServer::httpd),
               Catch::Contains("ServerName a.org\n    ServerAlias www.a.org\n"));
}

TEST_CASE("the redirect and HSTS are those that MDRequireHttps asks for") {
    Setup setup;
    for (FrontServer front : all) {
        setup.domain.settings.edit().require_https = RequireHttps::temporary;
        CHECK_THAT(setup.text(front), Catch::Contains("302") && Catch::Contains("307") &&
                                          !Catch::Contains("Strict-Transport-Security"));
        CHECK_THAT(setup.text(front), Catch::Matches("[^]*\\.well-known/[^a][^]*"));
        setup.domain.settings.edit().require_https = RequireHttps::permanent;
        CHECK_THAT(setup.text(front), Catch::Contains("301") && Catch::Contains("308") &&
                                          Catch::Contains("Strict-Transport-Security") &&
                                          Catch::Contains("max-age=15768000"));
    }
}

TEST_CASE("what has no certificate yet keeps no server from starting") {
    Setup setup;
    setup.site.certified = false;
    for (FrontServer front : all) {
        const std::string text = setup.text(front);
        CHECK_THAT(text, Catch::Contains("# a.org has no certificate yet") &&
                             Catch::Contains("/.well-known/acme-challenge/"));
        for (const char* loads : {"ssl_certificate", "SSLCertificate", " crt "})
            CHECK_THAT(text, !Catch::Contains(loads));
    }
}

TEST_CASE("port 443 is shared where its challenge is wanted and the server can") {
    Setup setup;
    setup.server.port_map = {std::nullopt, 5443};
    setup.domain.settings.edit().challenges = {ChallengeType::tls_alpn_01};
    CHECK_THAT(setup.text(FrontServer::nginx), Catch::Contains("ssl_preread on") &&
                                                   Catch::Contains("127.0.0.1:5443") &&
                                                   Catch::Contains("$ssl_preread_alpn_protocols"));
    CHECK_THAT(setup.text(FrontServer::haproxy),
               Catch::Contains("{ req.ssl_alpn acme-tls/1 }") && Catch::Contains("127.0.0.1:5443"));
    CHECK_THAT(setup.reason(FrontServer::httpd),
               Catch::Contains("httpd cannot pass on what comes to port 443"));
}

TEST_CASE("ports that mdcertd has itself, or that no challenge goes by, are explained") {
    Setup setup;
    setup.server.port_map = {80, 443};
    CHECK_THAT(setup.reason(FrontServer::nginx),
               Catch::Contains("on port 80 itself") &&
                   Catch::Contains("'MDPortMap 80:unix:/run/mdcertd/http.sock 443:-'"));
    CHECK_THAT(setup.reason(FrontServer::haproxy),
               Catch::Contains("'MDPortMap 80:unix:/var/lib/haproxy/mdcertd/http.sock 443:-'"));
    setup.server.port_map = {std::nullopt, 443};
    CHECK_THAT(setup.reason(FrontServer::nginx), Catch::Contains("on port 443 itself"));
    setup.server.port_map = {std::nullopt, 5443};
    setup.domain.settings.edit().challenges = {ChallengeType::http_01};
    CHECK_THAT(setup.reason(FrontServer::haproxy), Catch::Contains("no challenge"));
    setup.domain.settings.edit().challenges = {
        ChallengeType::dns_01};  // nothing needs to be passed on
    CHECK(setup.reason(FrontServer::httpd) == "");
}

TEST_CASE("mdcertd is reached at the address it listens on") {
    Setup setup;
    CHECK(setup.forwarding(FrontServer::nginx).http == "127.0.0.1:5080");
    setup.server.listens = {{"0.0.0.0", 5080}, {"192.0.2.1", 81}, {"::1", 5080}};
    CHECK(setup.forwarding(FrontServer::nginx).http == "[::1]:5080");
    setup.server.listens = {{"192.0.2.1", 5080}};
    CHECK(setup.forwarding(FrontServer::nginx).http == "192.0.2.1:5080");
}

TEST_CASE("a Unix socket is named as each server writes it, HAProxy's as seen from its chroot") {
    Setup setup;
    setup.server.port_map = {std::nullopt, std::nullopt, "/run/mdcertd/http.sock"};
    CHECK_THAT(setup.text(FrontServer::nginx),
               Catch::Contains("proxy_pass http://unix:/run/mdcertd/http.sock;\n"));
    CHECK_THAT(setup.text(FrontServer::httpd),
               Catch::Contains("ProxyPass \"/.well-known/acme-challenge/\" "
                               "\"unix:/run/mdcertd/http.sock|http://localhost/.well-known/"
                               "acme-challenge/\"\n"));
    CHECK_THAT(setup.text(FrontServer::haproxy),
               Catch::Contains("server mdcertd unix@/run/mdcertd/http.sock\n") &&
                   Catch::Contains("the socket has to be in it"));
    setup.server.port_map.http_socket = "/var/lib/haproxy/mdcertd/http.sock";
    CHECK_THAT(setup.text(FrontServer::haproxy),
               Catch::Contains("server mdcertd unix@/mdcertd/http.sock\n") &&
                   Catch::Contains("# in the chroot /var/lib/haproxy\n"));
    setup.domain.settings.edit().challenges = {ChallengeType::tls_alpn_01};
    CHECK_THAT(setup.reason(FrontServer::nginx), Catch::Contains("no challenge"));
}

TEST_CASE("HAProxy is told to send the header that MDProxyProtocol asks for, others cannot") {
    Setup setup;
    setup.server.port_map = {180, 444};
    setup.server.proxy_sources.ranges = {*model::AddressRange::parse("127.0.0.0/8")};
    CHECK_THAT(setup.text(FrontServer::haproxy),
               Catch::Contains("server mdcertd 127.0.0.1:180 send-proxy-v2\n") &&
                   Catch::Contains("server mdcertd 127.0.0.1:444 send-proxy-v2\n"));
    CHECK_THAT(setup.reason(FrontServer::nginx), Catch::Contains("MDProxyProtocol asks"));
    setup.server.listens = {{"::1", 180}, {"::1", 444}};
    CHECK(setup.reason(FrontServer::nginx) == "");
    setup.server.port_map = {std::nullopt, std::nullopt, "/run/s"};
    CHECK(setup.reason(FrontServer::httpd) == "");
    setup.server.proxy_sources.unix_socket = true;
    CHECK_THAT(setup.text(FrontServer::haproxy), Catch::Contains("unix@/run/s send-proxy-v2\n"));
}

TEST_CASE("servers go by their names") {
    CHECK(front_server_named("nginx") == FrontServer::nginx);
    CHECK(front_server_named("httpd") == FrontServer::httpd);
    CHECK(front_server_named("apache2") == FrontServer::httpd);
    CHECK(front_server_named("haproxy") == FrontServer::haproxy);
    CHECK_FALSE(front_server_named("iis"));
}

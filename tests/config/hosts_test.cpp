// SPDX-License-Identifier: Apache-2.0
#include "config/loading.hpp"
#include "config/origins.hpp"

using namespace md;
using namespace md::config;

namespace {

std::string host(const std::string& body, const std::string& address = "*:443") {
    return "<VirtualHost " + address + ">\n" + body + "\n</VirtualHost>\n";
}

// The names of example.org after the virtual hosts were read.
Names joined(const std::string& hosts) {
    Loaded loaded = load_good("ManagedDomain example.org\nMDDriveMode always\n" + hosts);
    return names_of(loaded.desired.domains.at(0));
}

bool is_used(const std::string& names, const std::string& hosts) {
    Loaded loaded = load_text("ManagedDomain " + names + "\n" + hosts);
    CHECK(loaded.ok());
    return loaded.desired.domains.at(0).used;
}

}  // namespace

TEST_CASE("the names of a TLS host join the managed domain that has one of them") {
    CHECK(joined(host("ServerName example.org\nServerAlias www.example.org mail.example.org")) ==
          Names{"example.org", "www.example.org", "mail.example.org"});
    CHECK(joined(host("ServerName www.example.org\nServerAlias example.org")) ==
          Names{"example.org", "www.example.org"});
    CHECK(joined(host("ServerAlias a.org\nServerName example.org\nServerAlias b.org")) ==
          Names{"example.org", "a.org", "b.org"});
}

TEST_CASE("a name that joined knows its line") {
    Loaded loaded =
        load_good("ManagedDomain example.org\n" +
                  host("ServerName example.org\nServerAlias www.example.org", "192.0.2.1:443"));
    CHECK(loaded.desired.domains[0].members[1].origin == model::Origin{"conf", 4});
}

TEST_CASE("only hosts with TLS bring names") {
    std::string names = "ServerName example.org\nServerAlias www.example.org\n";
    Names alone = {"example.org"};
    Names both = {"example.org", "www.example.org"};
    CHECK(joined(host(names, "*:80")) == alone);
    CHECK(joined(host(names, "*:443")) == both);
    CHECK(joined(host(names, "[2001:db8::1]:443")) == both);
    CHECK(joined(host(names, "*:80 *:443")) == both);
    CHECK(joined(host(names + "SSLEngine on", "*:8443")) == both);
    CHECK(joined(host(names + "SSLEngine optional", "*:443")) == alone);
    CHECK(joined(host(names + "SSLEngine off", "*:443")) == alone);
    CHECK(joined(host(names, "*:8443")) == alone);
    CHECK(joined("Listen 8443 https\n" + host(names, "*:8443")) == both);
    CHECK(joined("SSLEngine on\n" + host(names, "*:8443")) == both);
    CHECK(joined("SSLEngine on\n" + host(names + "SSLEngine off", "*:8443")) == alone);
}

TEST_CASE("aliases with wildcards join nothing") {
    CHECK(joined(host("ServerName example.org\nServerAlias *.example.org w?w.example.org")) ==
          Names{"example.org"});
}

TEST_CASE("a ServerName may have scheme, port and final dot") {
    CHECK(joined(host("ServerName https://WWW.example.org.:8443\nServerAlias example.org")) ==
          Names{"example.org", "www.example.org"});
}

TEST_CASE("a host that meets no managed domain changes nothing") {
    CHECK(joined(host("ServerName other.org\nServerAlias www.other.org")) == Names{"example.org"});
    CHECK(joined(host("DocumentRoot /var/www")) == Names{"example.org"});
}

TEST_CASE("what joins does not decide which domains another host meets") {
    // www.example.org joins; the second host has it too, and other.org still has nothing to do
    // with example.org.
    Loaded loaded = load_good("ManagedDomain example.org\n" +
                              host("ServerName example.org\nServerAlias www.example.org") +
                              host("ServerName www.example.org\nServerAlias other.org"));
    CHECK(names_of(loaded.desired.domains[0]) == Names{"example.org", "www.example.org"});
}

TEST_CASE("a name a wildcard of the domain covers need not join") {
    Loaded loaded = load_text("ManagedDomain example.org *.example.org\n" +
                              host("ServerName example.org\nServerAlias www.example.org"));
    CHECK(names_of(loaded.desired.domains[0]) == Names{"example.org", "*.example.org"});
}

TEST_CASE("in mode manual an uncovered name is a warning at its place") {
    std::string hosts = host("ServerName example.org\nServerAlias www.example.org");
    Loaded loaded = load_text("ManagedDomain example.org manual\n" + hosts);
    CHECK(loaded.ok());
    CHECK(told(loaded) == Told{"4:13: warning: 'www.example.org' is not in managed domain "
                               "'example.org' as the rest of its virtual host"});
    CHECK(loaded.diagnostics[0].hint == "add it at conf:1, or set MDMembers auto");
    CHECK(names_of(loaded.desired.domains[0]) == Names{"example.org"});
    CHECK(load_text("ManagedDomain example.org www.example.org manual\n" + hosts)
              .diagnostics.empty());
}

TEST_CASE("a host with names of two domains joins none") {
    std::string domains = "ManagedDomain a.org\nManagedDomain b.org\n";
    CHECK(load_good(domains + host("ServerName a.org\nServerAlias b.org")).ok());
    Loaded loaded = load_text(domains + host("ServerName a.org\nServerAlias b.org c.org"));
    CHECK(loaded.ok());
    CHECK(told(loaded) == Told{"5:19: warning: 'c.org' joins no managed domain"});
    CHECK(loaded.desired.domains[0].members.size() == 1);
    CHECK(loaded.desired.domains[1].members.size() == 1);
}

TEST_CASE("a name that hosts of two domains have joins neither") {
    Loaded loaded = load_text("ManagedDomain a.org\nManagedDomain b.org\n" +
                              host("ServerName a.org\nServerAlias c.org") +
                              host("ServerName b.org\nServerAlias c.org"));
    const std::string among = "' among them, have it";
    const std::string message =
        "warning: 'c.org' joins no managed domain: virtual hosts of several, '";
    CHECK(told(loaded) ==
          Told{"5:13: " + message + "a.org" + among, "9:13: " + message + "b.org" + among});
    for (const model::ManagedDomain& domain : loaded.desired.domains)
        CHECK(domain.members.size() == 1);
}

TEST_CASE("a host without a name has the one outside of the hosts, at any address") {
    const std::string main_name = "ServerName main.org\n";
    const std::string nameless = "ServerAlias example.org";
    for (const char* any : {"*:443", "_default_:443", "0.0.0.0:443", "[::]:443", "*:443 192.0.2.1"})
        CHECK(joined(main_name + host(nameless, any)) == Names{"example.org", "main.org"});
    Loaded loaded =
        load_text("ManagedDomain example.org\n" + main_name + host(nameless, "192.0.2.1:443"));
    CHECK(told(loaded) == Told{"3:1: warning: this virtual host has no ServerName"});
    CHECK(names_of(loaded.desired.domains.at(0)) == Names{"example.org"});
}

TEST_CASE("of several ServerNames of a host the last one counts") {
    CHECK(joined(host("ServerName x.org\nServerName example.org")) == Names{"example.org"});
}

TEST_CASE("names beside one with an undefined variable are good") {
    Loaded loaded = load_text("ManagedDomain a.org\n" +
                              host("ServerName a.org\nServerAlias b.org ${NO} c.org"));
    CHECK(told(loaded) ==
          Told{"4:19: warning: the variable 'NO' is not defined: the name is left out"});
    CHECK(names_of(loaded.desired.domains.at(0)) == Names{"a.org", "b.org", "c.org"});
}

TEST_CASE("a name that is none does not join, with a warning") {
    Loaded loaded = load_text("ManagedDomain a.org\n" +
                              host("ServerName a.org\nServerAlias a_b.org 192.0.2.1"));
    CHECK(loaded.ok());
    CHECK(loaded.diagnostics.size() == 2);
    CHECK(names_of(loaded.desired.domains[0]) == Names{"a.org"});
}

TEST_CASE("a domain is used when a host has one of its names, with TLS or not") {
    CHECK(is_used("example.org", host("ServerName example.org", "*:80")));
    CHECK(is_used("example.org www.example.org", host("ServerAlias www.example.org", "*:80")));
    CHECK(is_used("example.org", host("ServerName EXAMPLE.org:80", "*:80")));
    CHECK(is_used("example.org www.example.org", host("ServerAlias *.example.org", "*:80")));
    CHECK(is_used("*.example.org", host("ServerName www.example.org", "*:80")));
    CHECK_FALSE(is_used("example.org", host("ServerName example.com")));
    CHECK_FALSE(is_used("example.org", host("")));
    CHECK_FALSE(is_used("*.example.org", host("ServerName a.b.example.org")));
}

TEST_CASE("who uses a domain is remembered") {
    Loaded loaded =
        load_text("ManagedDomain a.org www.a.org\nManagedDomain b.org\n" +
                  host("ServerAlias *.a.org", "*:80") + host("ServerName www.a.org", "*:80"));
    CHECK(loaded.has_virtual_hosts);
    CHECK(loaded.domain_origins[0].used_by == "www.a.org");
    CHECK(loaded.domain_origins[0].used_at == model::Origin{"conf", 3});
    CHECK(loaded.domain_origins[1].used_by.empty());
}

TEST_CASE("what is not used is driven in mode always only, and in mode auto warned of") {
    std::string text = "<ManagedDomain a.org>\nMDDriveMode ";
    std::string rest = "\n</ManagedDomain>\n" + host("ServerName other.org");
    Loaded loaded = load_text(text + "auto" + rest);
    CHECK_FALSE(loaded.desired.domains[0].driven());
    CHECK(told(loaded) ==
          Told{"1:16: warning: 'a.org' is not renewed: no virtual host has one of its names"});
    CHECK(load_good(text + "always" + rest).desired.domains[0].driven());
    CHECK_FALSE(load_good(text + "manual" + rest).desired.domains[0].driven());
    CHECK(told(load_text("MDDriveMode auto\nManagedDomain a.org\nManagedDomain b.org\n" +
                         host("ServerName b.org"))) ==
          Told{"2:15: warning: 'a.org' is not renewed: no virtual host has one of its names"});
}

TEST_CASE("the ServerAdmin of a host is the contact where there is no other") {
    std::string hosts = host("ServerName a.org\nServerAdmin web@a.org");
    auto contacts = [](const std::string& text) {
        return load_good(text).desired.domains[0].settings->common().contacts;
    };
    CHECK(contacts("ManagedDomain a.org\n" + hosts) == Names{"mailto:web@a.org"});
    CHECK(contacts("ManagedDomain a.org\nServerAdmin x@a.org\n" + hosts) ==
          Names{"mailto:x@a.org"});
    CHECK(contacts("<ManagedDomain a.org>\nMDContactEmail y@a.org\n</ManagedDomain>\n" + hosts) ==
          Names{"mailto:y@a.org"});
    CHECK(contacts("ManagedDomain a.org b.org\n" + hosts +
                   host("ServerName b.org\nServerAdmin web@b.org") + hosts) ==
          Names{"mailto:web@a.org", "mailto:web@b.org"});
    Loaded loaded = load_good("ManagedDomain a.org\n" + hosts);
    CHECK(find_origin(loaded.domain_origins[0].values, "MDContactEmail")->kind ==
          OriginKind::virtual_host);
}

TEST_CASE("a host's ServerAdmin that is no address matters only where it would be needed") {
    std::string hosts = host("ServerName a.org\nServerAdmin webmaster@localhost");
    CHECK(load_text("ManagedDomain a.org\n" + hosts).diagnostics.size() == 1);
    CHECK(load_good("MDContactEmail x@a.org\nManagedDomain a.org\n" + hosts).ok());
    CHECK(load_good("MDDriveMode always\nManagedDomain b.org\n" + hosts).ok());
}

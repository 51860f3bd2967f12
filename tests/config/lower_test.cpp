// SPDX-License-Identifier: Apache-2.0
// Which value counts, which names belong together, and what may not be.
#include "config/loading.hpp"
#include "config/origins.hpp"

using namespace md;
using namespace md::config;

namespace {

model::ManagedDomain domain_of(const std::string& text) {
    Loaded loaded = load_good(text);
    REQUIRE(loaded.desired.domains.size() == 1);
    return loaded.desired.domains[0];
}

std::string window_of(const Loaded& loaded, std::size_t domain) {
    return loaded.desired.domains.at(domain).settings->renew_window.text();
}

}  // namespace

TEST_CASE("a section beats what is outside, and that beats the default, wherever it stands") {
    for (const char* text : {"MDRenewWindow 20d\nManagedDomain a.org\n"
                             "<ManagedDomain b.org>\nMDRenewWindow 5d\n</ManagedDomain>\n",
                             "ManagedDomain a.org\n<ManagedDomain b.org>\nMDRenewWindow 5d\n"
                             "</ManagedDomain>\nMDRenewWindow 20d\n"}) {
        Loaded loaded = load_good(text);
        CHECK(window_of(loaded, 0) == "20d");
        CHECK(window_of(loaded, 1) == "5d");
        CHECK(loaded.desired.domains[0].settings->drive_mode == model::DriveMode::automatic);
    }
}

TEST_CASE("a section sets nothing for the next one") {
    Loaded loaded = load_good(
        "<ManagedDomain a.org>\nMDRenewWindow 5d\nMDMustStaple on\n"
        "</ManagedDomain>\n<ManagedDomain b.org>\n</ManagedDomain>\n");
    CHECK(loaded.desired.domains[1].settings == model::Settings{});
}

TEST_CASE("a section goes back to the built-in value by naming it") {
    Loaded loaded = load_good(
        "MDHttpProxy http://proxy:1\nMDCACertificateFile /x\n"
        "<ManagedDomain a.org>\nMDHttpProxy none\nMDCACertificateFile none\n"
        "</ManagedDomain>\n");
    CHECK(loaded.desired.domains[0].settings == model::Settings{});
}

TEST_CASE("names are lower case, without repetition, in their order") {
    CHECK(names_of(domain_of("ManagedDomain Example.ORG www.example.org EXAMPLE.org. a.org\n")) ==
          Names{"example.org", "www.example.org", "a.org"});
}

TEST_CASE("auto and manual may stand anywhere among the names") {
    for (const char* names : {"manual a.org b.org", "a.org manual b.org", "a.org b.org MANUAL"}) {
        auto domain = domain_of("ManagedDomain " + std::string(names) + "\n");
        CHECK(names_of(domain) == Names{"a.org", "b.org"});
        CHECK(domain.settings->members == model::MemberMode::manual);
    }
    CHECK(domain_of("MDMembers manual\nManagedDomain a.org auto\n").settings->members ==
          model::MemberMode::automatic);
}

TEST_CASE("MDMember adds names, MDMembers says how, and each may do the other's work") {
    auto domain = domain_of(
        "<ManagedDomain a.org>\nMDMember b.org c.org\nMDMember d.org\n"
        "MDMembers manual\n</ManagedDomain>\n");
    CHECK(names_of(domain) == Names{"a.org", "b.org", "c.org", "d.org"});
    CHECK(domain.settings->members == model::MemberMode::manual);
    domain = domain_of(
        "<ManagedDomain a.org>\nMDMembers b.org\nMDMember manual\n"
        "</ManagedDomain>\n");
    CHECK(names_of(domain) == Names{"a.org", "b.org"});
    CHECK(domain.settings->members == model::MemberMode::manual);
    CHECK(domain_of("MDMember manual\nManagedDomain a.org\n").settings->members ==
          model::MemberMode::manual);
}

TEST_CASE("a section may get its first name from MDMember") {
    CHECK(domain_of("<ManagedDomain auto>\nMDMember a.org\n</ManagedDomain>\n").name() == "a.org");
}

TEST_CASE("each name knows the line it came from") {
    auto domain =
        domain_of("<ManagedDomain a.org \\\n  b.org>\nMDMember c.org\n</ManagedDomain>\n");
    CHECK(domain.origin == model::Origin{"conf", 1});
    CHECK(domain.members[0].origin == model::Origin{"conf", 1});
    CHECK(domain.members[1].origin == model::Origin{"conf", 2});
    CHECK(domain.members[2].origin == model::Origin{"conf", 3});
}

TEST_CASE("a name in two managed domains is an error that shows both places") {
    Loaded loaded = load_text("ManagedDomain a.org b.org\n\nManagedDomain c.org B.org\n");
    CHECK(told(loaded) == Told{"3:21: error: 'b.org' is in two managed domains"});
    CHECK(loaded.diagnostics[0].hint == "the other place is conf:1: a name may be in one only");
}

TEST_CASE("a managed domain written twice is two of the same name") {
    CHECK(told(load_text("ManagedDomain a.org\nManagedDomain a.org\n")) ==
          Told{"2:15: error: 'a.org' is in two managed domains"});
}

TEST_CASE("a wildcard covers a name in another managed domain, whichever comes first") {
    auto errors = [](const char* text) {
        std::size_t count = 0;
        for (const Diagnostic& diagnostic : load_text(text).diagnostics)
            count += diagnostic.severity == Severity::error ? 1 : 0;
        return count;
    };
    CHECK(errors("ManagedDomain *.a.org\nManagedDomain www.a.org\n") == 1);
    CHECK(errors("ManagedDomain www.a.org\nManagedDomain *.a.org\n") == 1);
    CHECK(errors("ManagedDomain *.a.org\nManagedDomain *.A.org\n") == 1);
    CHECK(errors("ManagedDomain *.a.org\nManagedDomain a.org\n") == 0);
    CHECK(errors("ManagedDomain *.a.org\nManagedDomain x.www.a.org\n") == 0);
    CHECK(errors("ManagedDomain a.org *.a.org www.a.org\n") == 0);
}

TEST_CASE("names no public CA knows are warned of") {
    CHECK(told(load_text("ManagedDomain intranet\n")) ==
          Told{"1:15: warning: 'intranet' is a name without a dot"});
    CHECK(load_text("ManagedDomain *.example.org\n").diagnostics.size() == 1);
    CHECK(load_text("ManagedDomain *.example.org\n").ok());
}

TEST_CASE("one bad name spoils neither the others nor the next domain") {
    Loaded loaded = load_text("ManagedDomain a!b.org good.org -x.org\nManagedDomain next.org\n");
    CHECK(loaded.diagnostics.size() == 2);
    REQUIRE(loaded.desired.domains.size() == 2);
    CHECK(names_of(loaded.desired.domains[0]) == Names{"good.org"});
}

TEST_CASE("without a good name there is no managed domain, and origins stay in step") {
    Loaded loaded = load_text(
        "ManagedDomain a!b.org\nManagedDomain manual\n"
        "<ManagedDomain next.org>\nMDMustStaple on\n</ManagedDomain>\n");
    REQUIRE(loaded.desired.domains.size() == 1);
    REQUIRE(loaded.domain_origins.size() == 1);
    CHECK(find_origin(loaded.domain_origins[0].values, "MDMustStaple") != nullptr);
    CHECK(loaded.diagnostics.size() == 2);
}

TEST_CASE("without any virtual host every managed domain is used") {
    Loaded loaded = load_good("ManagedDomain a.org\n");
    CHECK_FALSE(loaded.has_virtual_hosts);
    CHECK(loaded.desired.domains[0].used);
    CHECK(loaded.desired.domains[0].driven());
}

TEST_CASE("each value knows who gave it") {
    Loaded loaded = load_good(
        "MDRenewWindow 20d\nMDMustStaple on\nListen 80\n"
        "<ManagedDomain a.org>\nMDRenewWindow 5d\n</ManagedDomain>\n");
    const auto& own = loaded.domain_origins[0].values;
    CHECK(find_origin(own, "MDRenewWindow")->at == model::Origin{"conf", 5});
    CHECK(find_origin(own, "MDRenewWindow")->kind == OriginKind::section);
    CHECK(find_origin(own, "MDMustStaple") == nullptr);
    CHECK(find_origin(loaded.global_origins, "MDMustStaple")->at == model::Origin{"conf", 2});
    CHECK(find_origin(loaded.global_origins, "Listen")->kind == OriginKind::global);
    CHECK(find_origin(loaded.global_origins, "MDDriveMode") == nullptr);
}

TEST_CASE("a newer or older spelling is remembered under the name of the setting") {
    Loaded loaded = load_good("MDRenewMode always\nServerAdmin a@example.org\nMDMember manual\n");
    CHECK(find_origin(loaded.global_origins, "MDDriveMode") != nullptr);
    CHECK(find_origin(loaded.global_origins, "MDContactEmail") != nullptr);
    CHECK(find_origin(loaded.global_origins, "MDMembers") != nullptr);
}

TEST_CASE("a setting given twice is the last one, with a warning when they differ") {
    CHECK(told(load_text("MDRenewWindow 5d\nMDRenewWindow 5d\n")).empty());
    Loaded loaded = load_text("MDRenewWindow 5d\nMDRenewWindow 6d\nManagedDomain a.org\n");
    CHECK(told(loaded) == Told{"2:1: warning: MDRenewWindow is set again"});
    CHECK(window_of(loaded, 0) == "6d");
    loaded = load_text(
        "<ManagedDomain a.org>\nMDRenewWindow 5d\nMDRenewWindow 6d\n"
        "</ManagedDomain>\n");
    CHECK(told(loaded) == Told{"3:1: warning: MDRenewWindow is set again"});
}

TEST_CASE("when no challenge is left it is told once for each domain") {
    CHECK(load_text("MDPortMap 80:-\nManagedDomain a.org\n").diagnostics.empty());
    CHECK(load_text("MDPortMap 80:-\nMDCAChallenges http-01\nManagedDomain a.org\n")
              .diagnostics.size() == 1);
    CHECK(load_text("MDPortMap 80:unix:/run/s\nMDCAChallenges http-01\nManagedDomain a.org\n")
              .diagnostics.empty());
    CHECK(load_text("MDPortMap 443:-\nMDCAChallenges tls-alpn-01\nManagedDomain a.org\n"
                    "<ManagedDomain b.org>\nMDCAChallenges http-01\n</ManagedDomain>\n")
              .diagnostics.size() == 1);
}

TEST_CASE("lines of MDServedAt add up in their place, those of a section replace those outside") {
    const Loaded loaded = load_good(R"(
MDServedAt one.test:443
MDServedAt two.test:25 starttls smtp three.test:993
ManagedDomain a.test
<ManagedDomain b.test>
    MDServedAt four.test:443
    MDServedAt five.test:443
</ManagedDomain>
)");
    auto places = [&](std::size_t i) {
        std::string text;
        for (const auto& place : loaded.desired.domains.at(i).settings->served_at)
            text += place.text() + ";";
        return text;
    };
    CHECK(places(0) == "one.test:443;two.test:25 starttls smtp;three.test:993;");
    CHECK(places(1) == "four.test:443;five.test:443;");
}

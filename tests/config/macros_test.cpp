// SPDX-License-Identifier: Apache-2.0
#include "config/loading.hpp"

using namespace md;
using namespace md::config;

namespace {

// The names of the managed domain of a text with a macro, all of them joined.
Names names(const std::string& text) {
    Loaded loaded = load_good(text);
    REQUIRE(loaded.desired.domains.size() == 1);
    return names_of(loaded.desired.domains[0]);
}

const std::string host_macro =
    "<Macro site $host @alias>\nManagedDomain $host\n<VirtualHost *:443>\nServerName $host\n"
    "ServerAlias @alias\n</VirtualHost>\n</Macro>\n";

}  // namespace

TEST_CASE("a macro is read where it is used, with its words") {
    CHECK(names(host_macro + "Use SITE a.org www.a.org\n") == Names{"a.org", "www.a.org"});
    CHECK(load_good(host_macro + "Use site a.org w.a.org\nUse site b.org w.b.org\n")
              .desired.domains.size() == 2);
}

TEST_CASE("parameters of all kinds are replaced, the longest that fits") {
    CHECK(names("<Macro m $a ${b} %c X $ab>\nManagedDomain $a.org ${b}.org %c.org X.org $ab.org\n"
                "</Macro>\nUse m 1 2 3 4 5\n") ==
          Names{"1.org", "2.org", "3.org", "4.org", "5.org"});
}

TEST_CASE("a word of several words stays one behind an @") {
    CHECK(names("<Macro m $a>\nManagedDomain $a\n</Macro>\nUse m \"a.org b.org\"\n") ==
          Names{"a.org", "b.org"});
    CHECK_FALSE(
        load_text("<Macro m @a>\nManagedDomain @a\n</Macro>\nUse m \"a.org b.org\"\n").ok());
}

TEST_CASE("a section may start in a macro and end behind it") {
    CHECK(names("<Macro open $a>\n<ManagedDomain $a>\n</Macro>\nUse open a.org\n"
                "MDMember b.org\n</ManagedDomain>\n") == Names{"a.org", "b.org"});
    CHECK(
        load_good("<Macro no>\n<IfDefine NO>\n</Macro>\nUse no\nManagedDomain a.org\n</IfDefine>\n")
            .desired.domains.empty());
}

TEST_CASE("macros use each other, and are defined by each other") {
    CHECK(names("<Macro in $x>\nMDMember $x\n</Macro>\n<Macro out $x>\n<ManagedDomain $x>\n"
                "Use in www.$x\n</ManagedDomain>\n</Macro>\nUse out a.org\n") ==
          Names{"a.org", "www.a.org"});
    CHECK(names("<Macro out $x>\n<Macro in>\nManagedDomain $x\n</Macro>\n</Macro>\nUse out a.org\n"
                "Use in\n") == Names{"a.org"});
}

TEST_CASE("a mistake in a macro is told with its line and the place of the Use") {
    Loaded loaded = load_text("<Macro m $w>\n# window\nMDRenewWindow $w\n</Macro>\nUse m x\n");
    CHECK(told(loaded) == Told{"3:15: error: 'x' is not a length of time (in the Use of conf:5)"});
    CHECK(loaded.diagnostics[0].source_line == "MDRenewWindow x");
    loaded = load_text(
        "<Macro m $w>\nMDRenewWindow $w\n</Macro>\n<Macro n $w>\n\nUse m $w\n</Macro>\n"
        "Use n x\n");
    CHECK(told(loaded) ==
          Told{"2:15: error: 'x' is not a length of time (in the Use of conf:6, of conf:8)"});
}

TEST_CASE("a name out of a macro comes from the line of the Use") {
    Loaded loaded = load_good(host_macro + "Use site a.org www.a.org\n");
    CHECK(loaded.desired.domains.at(0).members.at(1).origin == model::Origin{"conf", 8});
}

TEST_CASE("macros that use each other without end, or grow without bounds, are refused") {
    CHECK(told(load_text("<Macro m>\nUse n\n</Macro>\n<Macro n>\nUse m\n</Macro>\nUse m\n")) ==
          Told{"5:5: error: the macro 'm' uses itself (in the Use of conf:2, of conf:7)"});
    std::string text = "<Macro m0>\nDefine X\n</Macro>\n";
    for (int i = 1; i < 40; ++i) {
        const std::string use = "Use m" + std::to_string(i - 1) + "\n";
        text += "<Macro m" + std::to_string(i) + ">\n" + use + use + "</Macro>\n";
    }
    CHECK_FALSE(load_text(text + "Use m39\n").ok());
}

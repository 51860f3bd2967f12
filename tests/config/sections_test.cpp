// SPDX-License-Identifier: Apache-2.0
#include "config/loading.hpp"

using namespace md;
using namespace md::config;

namespace {

// Whether a ManagedDomain between the two lines is seen.
bool is_read(const std::string& open, const std::string& close,
             std::vector<std::string> defines = {}) {
    std::string text = open + "\nManagedDomain example.org\n" + close + "\n";
    Loaded loaded = load_from({{"conf", text}}, "conf", {}, std::move(defines));
    CHECK(loaded.ok());
    return loaded.desired.domains.size() == 1;
}

}  // namespace

TEST_CASE("a section is closed with or without the names") {
    for (const char* close : {"</ManagedDomain>", "</ManagedDomain example.org www.example.org>",
                              "</manageddomain >", "  </ManagedDomain>"})
        CHECK(load_good(std::string("<ManagedDomain example.org www.example.org>\n") + close +
                        "\nMDRenewWindow 5d\n")
                  .desired.domains.size() == 1);
}

TEST_CASE("a tag ends at its first bracket, unless that is quoted") {
    const Loaded loaded = load_text(
        "<ManagedDomain a.org> # old -> new\n</ManagedDomain>\n"
        "<IfDefine \">\">\nServerAdmin nonsense\n</IfDefine>\n");
    CHECK(loaded.diagnostics.empty());
    CHECK(loaded.desired.domains.size() == 1);
}

TEST_CASE("a comment may stand behind the tags of a section, as httpd has it") {
    Loaded loaded = load_good(
        "<ManagedDomain example.org> # ours\nMDRenewWindow 5d\n</ManagedDomain> # end\n"
        "<IfModule md_module>#\n<Directory /> # all\n</Directory> # of it\n</IfModule> end\n"
        "<VirtualHost *:443> # main site\nServerName example.org\n"
        "ServerAlias www.example.org\n</VirtualHost> # end\n");
    CHECK(names_of(loaded.desired.domains.at(0)) == Names{"example.org", "www.example.org"});
    CHECK(loaded.desired.domains[0].settings->renew_window.text() == "5d");
}

TEST_CASE("where no module is loaded all are present") {
    CHECK(is_read("<IfModule md_module>", "</IfModule>"));
    CHECK(is_read("<ifmodule \"mod_md.c\">", "</ifmodule>"));
    CHECK(is_read("<IfModule mod_ssl.c>", "</IfModule>"));
    CHECK(is_read("<IfModule mod_gnutls.c>", "</IfModule>"));
    CHECK_FALSE(is_read("<IfModule !mod_ssl.c>", "</IfModule>"));
    CHECK_FALSE(is_read("<IfModule !md_module>", "</IfModule>"));
}

TEST_CASE("where modules are loaded those are present, and what httpd always has") {
    const std::string load = "LoadModule alias_module modules/mod_alias.so\n";
    for (const char* present : {"mod_alias.c", "alias_module", "md_module", "mod_md.c", "core.c",
                                "http_module", "mod_unixd.c", "mdcertd"})
        CHECK(is_read(load + "<IfModule " + present + ">", "</IfModule>"));
    for (const char* absent : {"mod_ssl.c", "ssl_module", "Mod_Alias.c", "mod_alias"})
        CHECK_FALSE(is_read(load + "<IfModule " + absent + ">", "</IfModule>"));
    CHECK(is_read("LoadModule mpm_event_module x/mod_mpm_event.so\n<IfModule event.c>",
                  "</IfModule>"));
    CHECK(is_read("LoadModule php_module x/libphp.so\n<IfModule libphp.c>", "</IfModule>"));
}

TEST_CASE("a module that is loaded where it is not yet is present") {
    CHECK(
        is_read("<IfModule !ssl_module>\nLoadModule ssl_module modules/mod_ssl.so\n</IfModule>\n"
                "LoadModule alias_module modules/mod_alias.so\n<IfModule mod_ssl.c>",
                "</IfModule>"));
}

TEST_CASE("a module of ours alone tells httpd and mdcertd apart") {
    CHECK(is_read("<IfModule mdcertd>", "</IfModule>"));
    CHECK_FALSE(is_read("<IfModule !mdcertd>", "</IfModule>"));
    CHECK(load_good("<IfModule !mdcertd>\nMDRenewMode manual\n</IfModule>\n"
                    "ManagedDomain example.org\n")
              .desired.domains.at(0)
              .driven());
}

TEST_CASE("versions are compared with the one of httpd") {
    for (const char* holds : {">= 2.4", "> 2.4", "!= 2.4", "!< 2", "~ ^2\\.4", "= /^2/", "<= 3",
                              "/2\\.4/", "\">=\" \"2.4.1\"", "== /^2\\.[0-9]/", "!~ ^1"})
        CHECK(is_read(std::string("<IfVersion ") + holds + ">", "</IfVersion>"));
    for (const char* not_so : {"2.4", "= 2.4", "< 2.4", "<= 2.4.1", "!>= 2.4", "~ ^1", "> 3"})
        CHECK_FALSE(is_read(std::string("<IfVersion ") + not_so + ">", "</IfVersion>"));
}

TEST_CASE("a file that is there, beside the file or below ServerRoot") {
    auto count = [](const std::string& condition) {
        return load_from(
                   {{"/m/conf", "<IfFile " + condition + ">\nManagedDomain a.org\n</IfFile>\n"},
                    {"/m/sub/x", ""}},
                   "/m/conf")
            .desired.domains.size();
    };
    for (const char* there : {"sub/x", "/m/sub/x", "sub", "!sub/y", "\"sub/x\""})
        CHECK(count(there) == 1);
    for (const char* missing : {"sub/y", "!sub/x", "x", "/sub/x"})
        CHECK(count(missing) == 0);
}

TEST_CASE("directives and sections that are there") {
    const std::string load = "LoadModule alias_module modules/mod_alias.so\n";
    CHECK(is_read("<IfDirective MDStatusListen>", "</IfDirective>"));
    CHECK(is_read(load + "<IfDirective redirect>", "</IfDirective>"));
    CHECK_FALSE(is_read(load + "<IfDirective RewriteRule>", "</IfDirective>"));
    CHECK(is_read("<IfDirective RewriteRule>", "</IfDirective>"));
    CHECK(is_read(load + "<IfSection VirtualHost>", "</IfSection>"));
    CHECK(is_read(load + "<IfSection !Proxy>", "</IfSection>"));
    CHECK_FALSE(is_read(load + "<IfDirective VirtualHost>", "</IfDirective>"));
}

TEST_CASE("IfDefine looks at -D and Define") {
    CHECK(is_read("<IfDefine STAGING>", "</IfDefine>", {"STAGING"}));
    CHECK(is_read("Define STAGING\n<IfDefine STAGING>", "</IfDefine>"));
    CHECK(is_read("<IfDefine !STAGING>", "</IfDefine>"));
    CHECK_FALSE(is_read("<IfDefine STAGING>", "</IfDefine>"));
    CHECK_FALSE(is_read("<IfDefine !STAGING>", "</IfDefine>", {"STAGING"}));
    CHECK_FALSE(is_read("UnDefine STAGING\n<IfDefine STAGING>", "</IfDefine>", {"STAGING"}));
}

TEST_CASE("conditions stand in each other") {
    CHECK(is_read("<IfDefine A>\n<IfModule md_module>", "</IfModule>\n</IfDefine>", {"A"}));
    CHECK_FALSE(is_read("<IfDefine B>\n<IfModule md_module>", "</IfModule>\n</IfDefine>", {"A"}));
    CHECK_FALSE(is_read("<IfModule md_module>\n<IfModule !mod_x.c>", "</IfModule>\n</IfModule>"));
}

TEST_CASE("what a false condition holds is not read at all") {
    CHECK(load_good("<IfDefine NO>\nMDNonsense ${X} \"\n<ManagedDomain\n</IfDefine>\n").ok());
}

TEST_CASE("a managed domain or a host in a section of httpd is an error with its place") {
    CHECK(told(load_text("<Directory />\n<VirtualHost *:443>\nServerName a.org\n"
                         "</VirtualHost>\nMDomain a.org\nMDRenewMode manual\n</Directory>\n")) ==
          Told{"2:1: error: VirtualHost is not read: mdcertd passes over <Directory> of line 1",
               "5:1: error: MDomain is not read: mdcertd passes over <Directory> of line 1",
               "6:1: warning: MDRenewMode is not read: mdcertd passes over <Directory> of line 1"});
    CHECK(told(load_text("<IfModule !md_module>\nManagedDomain a.org\n</IfModule>\n")).empty());
}

TEST_CASE("what was for httpd alone while mdcertd read no modules' sections is warned of") {
    Loaded loaded = load_text(
        "<IfModule ssl_module>\nMDRenewMode manual\n</IfModule>\nManagedDomain example.org\n");
    CHECK(told(loaded) ==
          Told{"2:1: warning: this counts for mdcertd as well: nothing is renewed"});
}

TEST_CASE("sections of httpd are passed over whole") {
    Loaded loaded = load_good(
        "<Directory />\nServerName x\n<Files *.txt>\nSSLEngine on\n</Files>\n"
        "</Directory>\nManagedDomain example.org\n");
    CHECK(loaded.desired.domains.size() == 1);
    CHECK(loaded.skipped == std::vector<SkippedDirective>{{"<Directory>", {"conf", 1}}});
}

TEST_CASE("a section in one of its own kind ends with the outer one") {
    CHECK(load_good("<If x>\n<If y>\n</If>\nMDRequire\n</If>\nManagedDomain example.org\n")
              .desired.domains.size() == 1);
}

TEST_CASE("a section of httpd in disorder ends where its name is closed") {
    CHECK(load_good(
              "Timeout 1\n<Perl>\nwhile (<STDIN>) {\n<FH>\n}\n</Perl>\nManagedDomain example.org\n")
              .desired.domains.size() == 1);
}

TEST_CASE("a section of httpd that is not closed does not swallow the host around it") {
    CHECK(told(load_text("<VirtualHost *:443>\n<Directory />\n</VirtualHost>\n"
                         "MDRenewWindow x\n")) == Told{"2:1: error: <Directory> is not closed",
                                                       "4:15: error: 'x' is not a length of time"});
}

TEST_CASE("a section ends in the file in which it starts") {
    test::VirtualDisk disk{{"main", "Include open\nInclude close\n"},
                           {"open", "<ManagedDomain a.org>\n"},
                           {"close", "</ManagedDomain>\n"}};
    Loaded loaded = load_from(disk, "main");
    CHECK(told(loaded) == Told{"1:1: error: <ManagedDomain> is not closed",
                               "1:1: error: </ManagedDomain> closes nothing"});
    CHECK(loaded.diagnostics[0].file == "open");
    CHECK(loaded.diagnostics[1].file == "close");
}

TEST_CASE("a crossed closing tag closes what stands above") {
    Loaded loaded = load_text(
        "<IfModule md_module>\n<ManagedDomain a.org>\n</IfModule>\n"
        "ManagedDomain b.org\n");
    CHECK(told(loaded) == Told{"2:1: error: <ManagedDomain> is not closed"});
    CHECK(loaded.desired.domains.size() == 2);
}

TEST_CASE("tags that are no tags are told of") {
    CHECK_FALSE(load_text("<\n").ok());
    CHECK(told(load_text("<>\n</>\n")).size() == 1);
    CHECK(told(load_text("</\n")) ==
          Told{"1:1: error: </> closes nothing", "1:2: error: this line has no closing '>'"});
    CHECK(told(load_text("<ManagedDomain a.org>\n</ManagedDomain\n")) ==
          Told{"2:15: error: this line has no closing '>'"});
}

TEST_CASE("names in an opening tag may be quoted") {
    CHECK(names_of(load_good("<ManagedDomain \"a.org\" 'b.org'>\n</ManagedDomain>\n")
                       .desired.domains.at(0)) == Names{"a.org", "b.org"});
}

TEST_CASE("sections deeper than a hundred are refused") {
    std::string text;
    for (int i = 0; i < 101; ++i)
        text += "<IfModule md_module>\n";
    for (int i = 0; i < 100; ++i)
        text += "</IfModule>\n";
    CHECK(told(load_text(text)) ==
          Told{"101:1: error: sections stand in each other more than 100 deep"});
}

// SPDX-License-Identifier: Apache-2.0
#include "config/loading.hpp"

using namespace md;
using namespace md::config;

namespace {

// The first names of all managed domains, in order.
Names domains_of(const test::VirtualDisk& disk, const std::string& file) {
    Loaded loaded = load_from(disk, file);
    CHECK(told(loaded) == Told{});
    Names names;
    for (const model::ManagedDomain& domain : loaded.desired.domains)
        names.push_back(domain.name());
    return names;
}

}  // namespace

TEST_CASE("an included file stands where its Include stands") {
    test::VirtualDisk disk{
        {"/m/main.conf", "ManagedDomain a.org\nInclude sub.conf\nManagedDomain c.org\n"},
        {"/m/sub.conf", "ManagedDomain b.org\n"}};
    CHECK(domains_of(disk, "/m/main.conf") == Names{"a.org", "b.org", "c.org"});
}

TEST_CASE("a pattern includes all it matches, sorted") {
    test::VirtualDisk disk{{"/m/main.conf", "IncludeOptional conf.d/*.conf\n"},
                           {"/m/conf.d/20.conf", "ManagedDomain b.org\n"},
                           {"/m/conf.d/10.conf", "ManagedDomain a.org\n"},
                           {"/m/conf.d/10.conf~", "ManagedDomain old.org\n"},
                           {"/m/conf.d/sub/30.conf", "ManagedDomain deep.org\n"}};
    CHECK(domains_of(disk, "/m/main.conf") == Names{"a.org", "b.org"});
}

TEST_CASE("a folder includes all that is in it") {
    test::VirtualDisk disk{{"/m/main.conf", "Include conf.d\n"},
                           {"/m/conf.d/a", "ManagedDomain a.org\n"},
                           {"/m/conf.d/sub/b", "ManagedDomain b.org\n"}};
    CHECK(domains_of(disk, "/m/main.conf") == Names{"a.org", "b.org"});
}

TEST_CASE("a relative name is looked for beside the including file first") {
    test::VirtualDisk disk{{"/m/main.conf", "ServerRoot /srv\nInclude sub/one.conf\n"},
                           {"/m/sub/one.conf", "Include two.conf\n"},
                           {"/m/sub/two.conf", "ManagedDomain beside.org\n"},
                           {"/m/two.conf", "ManagedDomain outside.org\n"},
                           {"/srv/two.conf", "ManagedDomain root.org\n"}};
    CHECK(domains_of(disk, "/m/main.conf") == Names{"beside.org"});
}

TEST_CASE("then beside the files that included it, as httpd's files expect it") {
    test::VirtualDisk disk{{"/m/main.conf", "Include /a/apache2.conf\n"},
                           {"/a/apache2.conf", "Include sites-enabled/*.conf\n"},
                           {"/a/sites-enabled/site.conf", "Include conf-available/ssl.conf\n"},
                           {"/a/conf-available/ssl.conf", "ManagedDomain a.org\n"}};
    CHECK(domains_of(disk, "/m/main.conf") == Names{"a.org"});
}

TEST_CASE("then in the folders above, so that a site of httpd finds its snippets from anywhere") {
    test::VirtualDisk disk{
        {"/etc/m/main.conf", "Include conf.d/*.conf\n"},
        {"/etc/m/conf.d/sites.conf", "IncludeOptional /etc/apache2/sites-enabled/*.conf\n"},
        {"/etc/apache2/sites-enabled/a.conf", "Include snippets/ssl.conf\n"},
        {"/etc/apache2/snippets/ssl.conf", "Include deep/er/a.conf\n"},
        {"/etc/apache2/deep/er/a.conf", "ManagedDomain a.org\n"},
        {"/etc/m/snippets/ssl.conf", "ManagedDomain other.org\n"}};
    CHECK(domains_of(disk, "/etc/m/main.conf") == Names{"a.org"});
}

TEST_CASE("but not where all programs have their files, nor above the main one") {
    test::VirtualDisk disk{{"/etc/m/main.conf", "IncludeOptional conf.d/*\nInclude sub/one\n"},
                           {"/etc/m/sub/one", "IncludeOptional conf.d/*\n"},
                           {"/etc/conf.d/a", "ManagedDomain a.org\n"},
                           {"/conf.d/b", "ManagedDomain b.org\n"}};
    CHECK(domains_of(disk, "/etc/m/main.conf").empty());
    test::VirtualDisk local{{"/usr/local/etc/m/main.conf", "IncludeOptional conf.d/*\n"},
                            {"/usr/local/etc/conf.d/a", "ManagedDomain a.org\n"}};
    CHECK(domains_of(local, "/usr/local/etc/m/main.conf").empty());
}

TEST_CASE("then below the ServerRoot that is set so far") {
    test::VirtualDisk disk{{"/h/conf/httpd.conf", "ServerRoot /h\nInclude conf.d/*.conf\n"},
                           {"/h/conf.d/site.conf", "ManagedDomain a.org\n"}};
    CHECK(domains_of(disk, "/h/conf/httpd.conf") == Names{"a.org"});
}

TEST_CASE("a main file with a relative path has relative includes") {
    test::VirtualDisk disk{{"main.conf", "Include conf.d/a.conf\n"},
                           {"conf.d/a.conf", "ManagedDomain a.org\n"}};
    CHECK(domains_of(disk, "main.conf") == Names{"a.org"});
}

TEST_CASE("a section may include its settings") {
    test::VirtualDisk disk{{"main", "<ManagedDomain a.org>\nInclude part\n</ManagedDomain>\n"},
                           {"part", "MDRenewWindow 5d\nMDMember b.org\n"}};
    Loaded loaded = load_from(disk, "main");
    CHECK(told(loaded).empty());
    CHECK(loaded.desired.domains[0].settings->renew_window.text() == "5d");
    CHECK(loaded.desired.domains[0].members[1].origin == model::Origin{"part", 2});
}

TEST_CASE("nothing found is an error of Include and fine with IncludeOptional") {
    CHECK(fault_of("Include nothing.conf\n") == "there is no file 'nothing.conf'");
    CHECK(fault_of("Include no/*.conf\n") == "no file matches 'no/*.conf'");
    CHECK(load_good("IncludeOptional nothing.conf\nIncludeOptional no/*.conf\n").ok());
}

TEST_CASE("a file that may not be read is an error, optional or not") {
    test::VirtualDisk disk{{"/m/main.conf", "IncludeOptional conf.d/*.conf\n"}};
    disk.forbid("/m/conf.d/secret.conf");
    CHECK(told(load_from(disk, "/m/main.conf")) ==
          Told{"1:17: error: '/m/conf.d/secret.conf' cannot be read: Permission denied"});
}

TEST_CASE("a loop of includes is told where it closes") {
    test::VirtualDisk disk{
        {"/m/a", "Include b\n"}, {"/m/b", "Include c\n"}, {"/m/c", "\n  Include ../m/./a\n"}};
    disk.write("/m/../m/./a", "the same file by another name");
    Loaded loaded = load_from(disk, "/m/a");
    CHECK(told(loaded) == Told{"2:11: error: '/m/../m/./a' is included by itself"});
    CHECK(loaded.diagnostics[0].file == "/m/c");
}

TEST_CASE("the same file twice is no loop") {
    test::VirtualDisk disk{{"main", "Include x\nInclude x\n"}, {"x", "Listen 80\n"}};
    CHECK(told(load_from(disk, "main")).empty());
}

TEST_CASE("a file that includes itself by endless other names ends at the limit") {
    test::VirtualDisk disk;
    for (int i = 0; i < 100; ++i)
        disk.write("f" + std::to_string(i), "Include f" + std::to_string(i + 1) + "\n");
    CHECK(told(load_from(disk, "f0")) ==
          Told{"1:9: error: files include each other more than 32 levels deep"});
}

TEST_CASE("files that double with each level end at the limit") {
    test::VirtualDisk disk{{"f30", ""}};
    for (int i = 0; i < 30; ++i) {
        std::string line = "Include f" + std::to_string(i + 1) + "\n";
        disk.write("f" + std::to_string(i), line + line);
    }
    Loaded loaded = load_from(disk, "f0");
    CHECK_FALSE(loaded.ok());
    CHECK(loaded.diagnostics[0].message == "more than 10000 files are included");
}

TEST_CASE("Define reaches over files and into names of files") {
    test::VirtualDisk disk{{"main", "Define SITE a.org\nInclude ${SITE}.conf\n"},
                           {"a.org.conf", "ManagedDomain ${SITE} www.${SITE}\nUnDefine SITE\n"}};
    Loaded loaded = load_from(disk, "main");
    CHECK(told(loaded).empty());
    CHECK(names_of(loaded.desired.domains.at(0)) == Names{"a.org", "www.a.org"});
}

TEST_CASE("a variable comes from the environment") {
    Loaded loaded = load_from({{"main", "ManagedDomain ${SITE}\n"}}, "main", {{"SITE", "a.org"}});
    CHECK(names_of(loaded.desired.domains.at(0)) == Names{"a.org"});
}

TEST_CASE("an include with an undefined variable is an error, an optional one is left out") {
    CHECK_FALSE(load_text("Include ${NOTHING}/*.conf\n").ok());
    Loaded loaded = load_text("IncludeOptional ${NOTHING}/*.conf\n");
    CHECK(loaded.ok());
    CHECK(loaded.diagnostics.size() == 1);
}

TEST_CASE("values that are defined without end are refused") {
    std::string text = "Define A " + std::string(1'000'000, 'a') + "\n";
    for (int i = 0; i < 20; ++i)
        text += "Define A" + std::to_string(i) + " ${A}\n";
    Loaded loaded = load_text(text);
    CHECK_FALSE(loaded.ok());
    CHECK(loaded.diagnostics[0].message == "more than 16 MiB of defined values");
}

// SPDX-License-Identifier: Apache-2.0
// Which directive may stand where, and what is passed over.
#include "config/loading.hpp"

using namespace md;
using namespace md::config;

namespace {

Names skipped_in(const std::string& text) {
    Names names;
    for (const SkippedDirective& skipped : load_text(text).skipped)
        names.push_back(skipped.name);
    return names;
}

}  // namespace

TEST_CASE("names of directives are the same in any case") {
    Loaded loaded = load_good("mdRENEWwindow 20d\nMANAGEDDOMAIN example.org\n");
    CHECK(loaded.desired.domains[0].settings->renew_window.text() == "20d");
}

TEST_CASE("both spellings of a managed domain are the same") {
    for (const char* text :
         {"ManagedDomain example.org\n", "MDomain example.org\n",
          "<ManagedDomain example.org>\n</ManagedDomain>\n", "<MDomain example.org>\n</MDomain>\n",
          "<MDomainSet example.org>\n</MDomainSet>\n", "<ManagedDomain example.org>\n</MDomain>\n"})
        CHECK(names_of(load_good(text).desired.domains.at(0)) == Names{"example.org"});
}

TEST_CASE("all mistakes are told, in the order of their places") {
    CHECK(told(load_text("MDRenewWindow x\nMDNothing\nMDDriveMode y\n")) ==
          Told{"1:15: error: 'x' is not a length of time",
               "2:1: error: unknown directive 'MDNothing'",
               "3:13: error: 'y' is not a possible value"});
}

TEST_CASE("a main file that can not be read is one error") {
    Loaded loaded = load_from({}, "/etc/mdcertd/mdcertd.conf");
    CHECK_FALSE(loaded.ok());
    REQUIRE(loaded.diagnostics.size() == 1);
    CHECK(render(loaded.diagnostics[0]) ==
          "/etc/mdcertd/mdcertd.conf: error: cannot be read: No such file or directory\n"
          "  hint: name the configuration file with -c FILE\n");
}

TEST_CASE("directives of httpd are passed over and counted, with their place") {
    Loaded loaded = load_good("Timeout 300\nManagedDomain example.org\n  KeepAlive On\n");
    REQUIRE(loaded.skipped.size() == 2);
    CHECK(loaded.skipped[0] == SkippedDirective{"Timeout", {"conf", 1}});
    CHECK(loaded.skipped[1] == SkippedDirective{"KeepAlive", {"conf", 3}});
    CHECK(loaded.skipped_count == 2);
}

TEST_CASE("what stands in a directive of httpd is not looked at") {
    CHECK(load_good("LogFormat \"%h \\\"%r\nRewriteRule ^(.*)\" ${NOTHING} <x>\n").ok());
}

TEST_CASE("directives of httpd are no misspelled ones of ours") {
    for (const char* name :
         {"Substitute",  "ServerPath",     "ServerTokens",    "ServerSignature", "ServerLimit",
          "UserDir",     "Alias",          "AliasMatch",      "ListenBacklog",   "LoadModule",
          "LogFormat",   "LogMessage",     "Order",           "Allow",           "Deny",
          "Options",     "Require",        "Satisfy",         "SetEnv",          "SSLOptions",
          "SSLProtocol", "SSLCipherSuite", "SSLSessionCache", "SSLUseStapling",  "LuaScope",
          "DefaultType", "DocumentRoot",   "DirectoryIndex",  "ErrorLog",        "ErrorDocument",
          "Header",      "Redirect",       "RewriteEngine",   "Mutex",           "Protocols",
          "ProxyPass",   "TraceEnable",    "Undefine",        "Error",           "IndexOptions"}) {
        INFO(name);
        if (std::string(name) != "Undefine")
            CHECK(told(load_text(std::string(name) + " x\n")).empty());
    }
}

TEST_CASE("a name that is nearly one of ours is guessed") {
    for (auto [wrong, right] :
         {std::pair("ServerNmae", "ServerName"), std::pair("ServerAdmn", "ServerAdmin"),
          std::pair("Listn", "Listen"), std::pair("Gruop", "Group"),
          std::pair("IncludeOptinal", "IncludeOptional"), std::pair("SSLEngin", "SSLEngine")}) {
        Loaded loaded = load_text(std::string(wrong) + " x\n");
        CHECK_FALSE(loaded.ok());
        REQUIRE(loaded.diagnostics.size() == 1);
        CHECK(loaded.diagnostics[0].hint == "did you mean '" + std::string(right) + "'?");
        loaded = load_text("Timeout 1\n" + std::string(wrong) + " x\n");
        CHECK(loaded.ok());
        REQUIRE(loaded.diagnostics.size() == 1);
        CHECK(loaded.diagnostics[0].hint == "did you mean '" + std::string(right) + "'?");
        CHECK(loaded.skipped_count == 2);
    }
}

TEST_CASE("an unknown name that starts as ours do is an error") {
    CHECK(told(load_text("MDFoo x\n")) == Told{"1:1: error: unknown directive 'MDFoo'"});
    CHECK(told(load_text("ManagedFoo x\n")) == Told{"1:1: error: unknown directive 'ManagedFoo'"});
    CHECK(told(load_text("<MDFoo x>\nMDRenewWindow x\n</MDFoo>\n")) ==
          Told{"1:1: error: unknown directive '<MDFoo>'",
               "2:1: warning: MDRenewWindow is not read: mdcertd passes over <MDFoo> of line 1"});
}

TEST_CASE("settings of the daemon in a virtual host count for all of it") {
    Loaded loaded = load_text("<VirtualHost *:80>\n MDPortMap 80:8080\n</VirtualHost>\n");
    CHECK(loaded.ok());
    CHECK(loaded.desired.server.port_map.http == 8080);
}

TEST_CASE("settings of managed domains in a virtual host count for none") {
    Loaded loaded = load_text(
        "ManagedDomain example.org\n<VirtualHost *:80>\n ServerName example.org\n"
        " MDRenewWindow 1d\n</VirtualHost>\n");
    CHECK(loaded.ok());
    CHECK(loaded.desired.domains[0].settings->renew_window == model::Window{});
}

TEST_CASE("a managed domain may stand in a virtual host") {
    Loaded loaded = load_good(
        "<VirtualHost *:443>\n ServerName example.org\n"
        " ManagedDomain example.org\n <MDomain example.com>\n"
        "  MDDriveMode always\n </MDomain>\n</VirtualHost>\n");
    REQUIRE(loaded.desired.domains.size() == 2);
    CHECK(loaded.desired.domains[0].used);
    CHECK(loaded.desired.domains[1].settings->drive_mode == model::DriveMode::always);
}

TEST_CASE("what httpd has in virtual hosts too is passed over there") {
    CHECK(skipped_in("<VirtualHost *:80>\nLogLevel debug\nUser nobody\n</VirtualHost>\n") ==
          Names{"LogLevel", "User"});
    CHECK(skipped_in("ServerName example.org\nServerAlias www.example.org\n") ==
          Names{"ServerAlias"});  // hosts without a name have that of the main server
}

TEST_CASE("the account of an httpd configuration is not the one of mdcertd") {
    SECTION("its own file says so by what else stands in it") {
        Loaded loaded = load_good("User www-data\nGroup www-data\nTimeout 300\n");
        CHECK(loaded.desired.server == model::ServerSettings{});
        CHECK(loaded.skipped_count == 3);
    }
    SECTION("what a virtual host holds says nothing of the file") {
        Loaded loaded = load_good(
            "User certs\n<VirtualHost *:443>\nDocumentRoot /x\n"
            "</VirtualHost>\n");
        CHECK(loaded.desired.server.user == "certs");
    }
    SECTION("a variable only httpd has is no mistake there") {
        CHECK(load_good("Timeout 300\nUser ${APACHE_RUN_USER}\n").ok());
    }
    SECTION("another file is another matter") {
        test::VirtualDisk disk{{"/m/mdcertd.conf", "User certs\nInclude /a/apache2.conf\n"},
                               {"/a/apache2.conf", "Timeout 300\nUser www-data\n"}};
        CHECK(load_from(disk, "/m/mdcertd.conf").desired.server.user == "certs");
    }
}

TEST_CASE("in a variable that is not defined ours is an error and httpd's is not") {
    CHECK(told(load_text("MDNotifyCmd ${NOTHING}\n")) ==
          Told{"1:13: error: the variable 'NOTHING' is not defined"});
    CHECK(told(load_text("CustomLog ${NOTHING}\n")).empty());
    Loaded host =
        load_text("<VirtualHost ${NOTHING}:443>\nServerName ${NOTHING}\n</VirtualHost>\n");
    CHECK(host.ok());
    CHECK(told(host) == Told{"2:12: warning: the variable 'NOTHING' is not defined: the name is "
                             "left out"});
}

TEST_CASE("the number of diagnostics is bounded, and errors are not hidden by warnings") {
    std::string text = "Timeout 1\n";
    for (int i = 0; i < 5000; ++i)
        text += "ServerNam x\n";
    text += "MDNothing\n";
    Loaded loaded = load_text(text);
    CHECK_FALSE(loaded.ok());
    CHECK(loaded.diagnostics.size() == 1001);
    CHECK(loaded.diagnostics[999].hint == "there are more like this; they are not shown");
}

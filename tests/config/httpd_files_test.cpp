// SPDX-License-Identifier: Apache-2.0
// Which files are httpd's, and that no unknown word moves the store.
#include "config/loading.hpp"
#include "config/store_place.hpp"

using namespace md;
using namespace md::config;

namespace {

const std::string ours = "ServerRoot /srv/m\nUser certs\nManagedDomain a.org\n";

std::string store_of(const std::string& text) {
    return load_text(text).desired.server.store_dir;
}

}  // namespace

TEST_CASE("an unknown word is an error, and moves neither the store nor the account") {
    for (const char* line : {"Contact a@b.example", "Contakt x", "ServerRot /x",
                             "<Directoty /x>\n</Directoty>", "Protocol5 h2", "WSGIPythonPath /x"}) {
        INFO(line);
        Loaded loaded = load_text(ours + line + "\n");
        CHECK(loaded.count(Severity::error) == 1);
        CHECK(loaded.diagnostics.at(0).line == 4);
        CHECK(loaded.desired.server.store_dir == "/srv/m/md");
        CHECK(loaded.desired.server.user == "certs");
    }
    CHECK(load_text(ours + "ServerRot /x\n").diagnostics.at(0).hint ==
          "did you mean 'ServerRoot'?");
}

TEST_CASE("words that httpd and mdcertd share make no file httpd's") {
    for (const char* line :
         {"Listen 80", "LogLevel warn", "ServerAdmin a@b.org", "ServerName a.org", "SSLEngine on",
          "Define X", "IncludeOptional none/*.conf", "<IfDefine X>\n</IfDefine>", "Group certs"}) {
        INFO(line);
        CHECK(store_of(ours + line + "\n") == "/srv/m/md");
    }
}

TEST_CASE("a directive of httpd makes a file httpd's, and is named") {
    Loaded loaded = load_text(ours + "Protocols h2\n");
    CHECK(loaded.ok());
    CHECK(loaded.desired.server.store_dir == "/var/lib/mdcertd/md");
    CHECK(loaded.desired.server.user == "mdcertd");
    CHECK(why_store_is_there(loaded) ==
          "ServerRoot at conf:1 is passed over, since Protocols at conf:4 makes that a file of "
          "httpd");
    CHECK(why_store_is_there(load_text(ours)) == "ServerRoot at conf:1");
    CHECK(why_store_is_there(load_text("MDStoreDir /x\n" + ours)) == "MDStoreDir at conf:1");
    CHECK(why_store_is_there(load_text("MDStoreDir x\n" + ours)) == "ServerRoot at conf:2");
    CHECK(why_store_is_there(load_text("MDStoreDir x\n")) == "MDStoreDir at conf:1");
    CHECK(why_store_is_there(load_text("")) == "no ServerRoot is set");
    CHECK(why_server_root(load_text("MDStoreDir /x\n" + ours)) == "ServerRoot at conf:2");
}

TEST_CASE("in a file of httpd an unknown word is one of a module that is not known") {
    Loaded loaded = load_text("Timeout 60\nWSGIPythonPath /x\n<Perl>\n</Perl>\n");
    CHECK(told(loaded) == Told{});
    CHECK(loaded.skipped_count == 3);
}

TEST_CASE("a file that a file of httpd includes is one of httpd's") {
    test::VirtualDisk disk{{"/m/mdcertd.conf", "ServerRoot /srv/m\nInclude /h/httpd.conf\n"},
                           {"/h/httpd.conf", "Include sites/a.conf\nTimeout 60\n"},
                           {"/h/sites/a.conf", "ServerRoot /h\nUser www\nWSGIPythonPath /x\n"}};
    Loaded loaded = load_from(disk, "/m/mdcertd.conf");
    CHECK(told(loaded) == Told{});
    CHECK(loaded.desired.server.server_root == "/srv/m");
    CHECK(loaded.desired.server.user == "mdcertd");
}

TEST_CASE("a file that includes one of httpd is none for that") {
    test::VirtualDisk disk{
        {"/m/mdcertd.conf", "ServerRoot /srv/m\nInclude /h/httpd.conf\nWSGI x\n"},
        {"/h/httpd.conf", "Timeout 60\n"}};
    Loaded loaded = load_from(disk, "/m/mdcertd.conf");
    CHECK(told(loaded) == Told{"3:1: error: unknown directive 'WSGI'"});
    CHECK(loaded.desired.server.server_root == "/srv/m");
}

TEST_CASE("virtual hosts that are pasted into the main file do not move the store") {
    const std::string host =
        "<VirtualHost *:443>\nServerName a.org\nDocumentRoot /www\nWSGIScriptAlias / /x\n"
        "</VirtualHost>\n";
    Loaded loaded = load_text(ours + host);
    CHECK(told(loaded) == Told{});
    CHECK(loaded.desired.server.store_dir == "/srv/m/md");
    test::VirtualDisk disk{{"/m/mdcertd.conf", "Include site.conf\n"},
                           {"/m/site.conf", "WSGIPythonPath /x\nManagedDomain a.org\n" + host}};
    CHECK(told(load_from(disk, "/m/mdcertd.conf")) == Told{});
}

TEST_CASE("what is httpd's is known before its first directive of httpd is read") {
    CHECK(told(load_text("User ${APACHE_RUN_USER}\nTimeout 300\n")).empty());
}

TEST_CASE("a virtual host that is a macro in part is one host") {
    const Loaded loaded = load_text(
        "<Macro wsgi>\nUnheardOfAlias / /x\n</Macro>\n"
        "<VirtualHost *:443>\nServerName a.example.org\nDocumentRoot /x\nUse wsgi\n"
        "</VirtualHost>\n");
    CHECK(loaded.ok());
}

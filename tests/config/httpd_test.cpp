// SPDX-License-Identifier: Apache-2.0
// A web server's own configuration is read as it is. The files below have the shape of those that
// distributions ship, with what is delicate in them; tests/integration reads the real ones.
#include "config/loading.hpp"

using namespace md;
using namespace md::config;

namespace {

// As Debian arranges it, without ServerRoot.
test::VirtualDisk debian() {
    return {
        {"/a/apache2.conf",
         "DefaultRuntimeDir ${APACHE_RUN_DIR}\nPidFile ${APACHE_PID_FILE}\nTimeout 300\n"
         "KeepAlive On\nUser ${APACHE_RUN_USER}\nGroup ${APACHE_RUN_GROUP}\nHostnameLookups Off\n"
         "ErrorLog ${APACHE_LOG_DIR}/error.log\nLogLevel warn\n"
         "IncludeOptional mods-enabled/*.load\nIncludeOptional mods-enabled/*.conf\n"
         "Include ports.conf\n<Directory />\n\tOptions FollowSymLinks\n\tRequire all denied\n"
         "</Directory>\n<FilesMatch \"^\\.ht\">\n\tRequire all denied\n</FilesMatch>\n"
         "LogFormat \"%v:%p %h %l %u %t \\\"%r\\\" %>s %O\" vhost_combined\n"
         "#Include conf-available/off.conf\n"
         "IncludeOptional conf-enabled/*.conf\nIncludeOptional sites-enabled/*.conf\n"},
        {"/a/ports.conf",
         "Listen 80\n\n<IfModule ssl_module>\n\tListen 443\n</IfModule>\n\n"
         "<IfModule mod_gnutls.c>\n\tListen 443\n</IfModule>\n"},
        {"/a/mods-enabled/md.load", "LoadModule md_module /usr/lib/apache2/modules/mod_md.so\n"},
        {"/a/mods-enabled/ssl.conf",
         "SSLRandomSeed startup builtin\nSSLPassPhraseDialog  exec:/usr/share/ask\n"
         "SSLSessionCache\tshmcb:${APACHE_RUN_DIR}/ssl_scache(512000)\n"},
        {"/a/conf-enabled/cgi.conf",
         "<IfModule mod_alias.c>\n\t<IfModule mod_cgi.c>\n\t\tDefine ENABLE_CGI\n\t</IfModule>\n"
         "\t<IfDefine ENABLE_CGI>\n\t\t<Directory \"/usr/lib/cgi-bin\">\n\t\t\tOptions +ExecCGI\n"
         "\t\t</Directory>\n\t</IfDefine>\n</IfModule>\n"},
        {"/a/sites-enabled/000-default.conf",
         "<VirtualHost *:80>\n\tServerAdmin webmaster@localhost\n\tDocumentRoot /var/www/html\n"
         "\tCustomLog ${APACHE_LOG_DIR}/access.log combined\n</VirtualHost>\n"},
        {"/a/sites-enabled/default-ssl.conf",
         "<VirtualHost *:443>\n\tServerAdmin webmaster@localhost\n\tSSLEngine on\n"
         "\t<FilesMatch \"\\.(?:cgi|php)$\">\n\t\tSSLOptions +StdEnvVars\n\t</FilesMatch>\n"
         "</VirtualHost>\n"},
        {"/a/sites-enabled/shop.conf",
         "ManagedDomain shop.example.org\nMDCertificateAgreement accepted\n"
         "MDContactEmail shop@example.org\n<VirtualHost *:80>\n    ServerName shop.example.org\n"
         "    Redirect permanent / https://shop.example.org/\n</VirtualHost>\n"
         "<VirtualHost *:443>\n    ServerName shop.example.org\n"
         "    ServerAlias www.shop.example.org\n    SSLEngine on\n    DocumentRoot /var/www/shop\n"
         "    <Location /admin>\n        Require ip 192.0.2.0/24\n    </Location>\n"
         "</VirtualHost>\n"}};
}

void check_shop(const Loaded& loaded) {
    CHECK(told(loaded) == Told{});
    REQUIRE(loaded.desired.domains.size() == 1);
    CHECK(names_of(loaded.desired.domains[0]) == Names{"shop.example.org", "www.shop.example.org"});
    CHECK(loaded.desired.domains[0].used);
    CHECK(loaded.desired.server.user == "mdcertd");
    CHECK(loaded.desired.server.group == "mdcertd");
}

}  // namespace

TEST_CASE("a configuration as Debian's httpd has it passes unchanged") {
    Loaded loaded = load_from(debian(), "/a/apache2.conf");
    check_shop(loaded);
    CHECK(loaded.desired.server.listens == std::vector<model::Listen>{{"", 80}});
    CHECK(loaded.desired.server.log_level == model::LogLevel::warn);
    CHECK(loaded.skipped_count > 20);
}

TEST_CASE("it passes with the environment of httpd, too") {
    check_shop(load_from(debian(), "/a/apache2.conf",
                         {{"APACHE_RUN_USER", "www-data"},
                          {"APACHE_RUN_GROUP", "www-data"},
                          {"APACHE_LOG_DIR", "/var/log/apache2"}}));
}

TEST_CASE("it passes when it is included") {
    test::VirtualDisk disk = debian();
    disk.write("/m/mdcertd.conf", "MDPortMap 80:5080 443:-\nInclude /a/apache2.conf\n");
    Loaded loaded = load_from(disk, "/m/mdcertd.conf");
    check_shop(loaded);
    CHECK(loaded.desired.server.server_root == "/var/lib/mdcertd");
}

TEST_CASE("one file for each site, as nginx's users have it") {
    test::VirtualDisk disk{{"/m/mdcertd.conf",
                            "MDCertificateAgreement accepted\n"
                            "IncludeOptional conf.d/*.conf\n"},
                           {"/m/conf.d/a.conf", "ManagedDomain a.org www.a.org\n"},
                           {"/m/conf.d/b.conf",
                            "<ManagedDomain b.org>\n"
                            "MDRenewWindow 5d\n</ManagedDomain>\n"}};
    Loaded loaded = load_from(disk, "/m/mdcertd.conf");
    CHECK(told(loaded) == Told{});
    CHECK(loaded.desired.domains.size() == 2);
    CHECK(loaded.desired.domains[0].driven());
}

TEST_CASE("the ServerRoot of an httpd in its own folder carries its includes") {
    test::VirtualDisk disk{
        {"/h/conf/httpd.conf",
         "ServerRoot \"/h\"\nInclude conf.modules.d/*.conf\n<IfModule unixd_module>\nUser daemon\n"
         "</IfModule>\nServerAdmin you@example.com\nIncludeOptional conf.d/*.conf\n"},
        {"/h/conf.modules.d/00-base.conf", "LoadModule x modules/x.so\n"},
        {"/h/conf.d/site.conf",
         "MDomain example.org\n<VirtualHost _default_:443>\n"
         "ServerName www.example.org:443\nServerAlias example.org\n"
         "SSLEngine on\n</VirtualHost>\n"}};
    Loaded loaded = load_from(disk, "/h/conf/httpd.conf");
    CHECK(told(loaded) == Told{});
    CHECK(names_of(loaded.desired.domains.at(0)) == Names{"example.org", "www.example.org"});
}

TEST_CASE("the ServerRoot of an httpd moves neither the store nor the control socket") {
    test::VirtualDisk disk{
        {"/m/mdcertd.conf", "ServerRoot /srv/m\nInclude /h/conf/httpd.conf\n"},
        {"/h/conf/httpd.conf", "ServerRoot /r\nListen 80\nDocumentRoot /www\nInclude a.conf\n"},
        {"/r/a.conf", "ManagedDomain example.org\n"}};
    Loaded loaded = load_from(disk, "/m/mdcertd.conf");
    CHECK(told(loaded) == Told{});
    CHECK(loaded.desired.domains.size() == 1);
    CHECK(loaded.desired.server.server_root == "/srv/m");
    CHECK(loaded.desired.server.store_dir == "/srv/m/md");
    Loaded alone = load_from(disk, "/h/conf/httpd.conf");
    CHECK(alone.desired.server.store_dir == "/var/lib/mdcertd/md");
    CHECK(told(alone) ==
          Told{"1:1: warning: ServerRoot is passed over, for it is the one of httpd"});
}

TEST_CASE("a directive of mod_md that is passed over does not make a file one of httpd") {
    Loaded loaded = load_text("ServerRoot /srv/m\nUser certs\nMDStapling on\n");
    CHECK(loaded.ok());
    CHECK(loaded.desired.server.server_root == "/srv/m");
    CHECK(loaded.desired.server.user == "certs");
}

// SPDX-License-Identifier: Apache-2.0
// Which block of another server's configuration serves a name, by what that server says of itself.
#include "admin/served_by.hpp"

#include "support/catch.hpp"

using namespace md;
using namespace md::admin;

namespace {

std::vector<ServingPlace> places(FrontServer front, const char* told, const char* name) {
    return serving_places(front, told, model::Identifier::parse(name).value());
}

constexpr const char* nginx_dump = R"(# configuration file /etc/nginx/nginx.conf:
http {
    log_format x '{ "server_name example.org; }';
    include /etc/nginx/sites-enabled/*;
    server { listen 8080; server_name other.test; }
}

# configuration file /etc/nginx/sites-enabled/site:
# server { server_name example.org; }
server {
    listen 80;
    listen [::]:80 default_server;
    server_name example.org
                WWW.example.org;
    location / { return 301 https://$host$request_uri; }
}
server
{
    listen 443 ssl http2;
    listen [::]:443 ssl;
    server_name example.org;  # not www.example.org
    location / { root /srv; }
}
server {
    server_name .tree.test ~^x\d+\.test$;
}
)";

constexpr const char* httpd_hosts = R"(VirtualHost configuration:
*:80                   is a NameVirtualHost
         default server example.org (/etc/apache2/sites-enabled/000.conf:1)
         port 80 namevhost example.org (/etc/apache2/sites-enabled/000.conf:1)
                 alias www.example.org
                 wild alias *.tree.test
         port 80 namevhost other.test (/etc/apache2/sites-enabled/001.conf:7)
*:443                  example.org (/etc/apache2/sites-enabled/ssl.conf:2)
ServerRoot: "/etc/apache2"
)";

}  // namespace

TEST_CASE("nginx -T tells the file and line of each server block of a name") {
    const std::string site = "/etc/nginx/sites-enabled/site";
    using Places = std::vector<ServingPlace>;
    CHECK(places(FrontServer::nginx, nginx_dump, "example.org") ==
          Places{{site, 2, 80}, {site, 10, 443}});
    CHECK(places(FrontServer::nginx, nginx_dump, "www.example.org") == Places{{site, 2, 80}});
    CHECK(places(FrontServer::nginx, nginx_dump, "other.test") ==
          Places{{"/etc/nginx/nginx.conf", 4, 8080}});
    CHECK(places(FrontServer::nginx, nginx_dump, "a.tree.test") == Places{{site, 16, 80}});
    CHECK(places(FrontServer::nginx, nginx_dump, "nobody.test").empty());
    CHECK(places(FrontServer::nginx, "}}}{ server { server_name", "nobody.test").empty());
}

TEST_CASE("httpd -S tells them by name and by alias") {
    const std::string folder = "/etc/apache2/sites-enabled/";
    using Places = std::vector<ServingPlace>;
    CHECK(places(FrontServer::httpd, httpd_hosts, "example.org") ==
          Places{{folder + "000.conf", 1, 80}, {folder + "ssl.conf", 2, 443}});
    CHECK(places(FrontServer::httpd, httpd_hosts, "www.example.org") ==
          Places{{folder + "000.conf", 1, 80}});
    CHECK(places(FrontServer::httpd, httpd_hosts, "other.test") ==
          Places{{folder + "001.conf", 7, 80}});
    CHECK(places(FrontServer::httpd, httpd_hosts, "nobody.test").empty());
}

TEST_CASE("of HAProxy the frontends on port 80 and 443 are told") {
    const auto found =
        places(FrontServer::haproxy,
               "global\n    daemon\nfrontend web\n    bind *:80\n    bind :::443 ssl "
               "crt x\nbackend b\n    server a 127.0.0.1:80\nlisten s\n  bind :8404\n",
               "example.org");
    CHECK(found == std::vector<ServingPlace>{{"", 3, 80}, {"", 3, 443}});
}
